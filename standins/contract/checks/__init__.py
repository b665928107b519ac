"""All assumptions, in the order of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standins.contract.checks import (
    access,
    archived,
    below,
    cursors,
    events,
    fields,
    order,
    pages,
    refusals,
    values,
    versions,
)

if TYPE_CHECKING:
    from standins.contract.assumption import Assumption

ASSUMPTIONS: tuple[Assumption, ...] = (
    access.readable,
    versions.echoed,
    versions.served,
    versions.unknown,
    versions.not_there,
    pages.form,
    pages.greatest,
    pages.beyond,
    pages.default,
    pages.last,
    pages.total,
    pages.whole,
    cursors.next_page,
    cursors.hold_keys,
    cursors.bound,
    cursors.refused,
    order.newest,
    order.oldest,
    order.ties,
    order.others,
    events.ids,
    events.in_order,
    events.bounds,
    archived.hidden,
    archived.quantities,
    fields.keys,
    fields.read_by,
    fields.undeclared,
    fields.absent,
    values.types,
    values.numbers,
    values.nested,
    values.times,
    values.dates,
    below.forms,
    below.vanished,
    refusals.mistakes,
    refusals.rate,
    refusals.secret,
)
