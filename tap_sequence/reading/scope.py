"""What a read lets through, so that the next run knows what its bookmark is worth."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tap_sequence.times import parse, utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Account(NamedTuple):
    """An account of Sequence, as an API key stands for it.

    Attributes:
        api_url: Where the API is.
        client_id: Id of the key.
        client_secret: Its secret, which digests are keyed with: neither the key's id nor an e-mail
            address among the filters is found by trying.
    """

    api_url: str
    client_id: str
    client_secret: str

    def digest(self, value: object) -> str:
        """Return a digest of a JSON value."""
        text = json.dumps(value, sort_keys=True).encode()
        return hmac.new(self.client_secret.encode(), text, hashlib.sha256).hexdigest()[:32]


class Scope(msgspec.Struct, frozen=True):
    """Whose list is read, by which filters, and from when on.

    What was read under one scope says nothing under another that lets through more.

    Attributes:
        account: Digest of the API's URL and the key's id.
        filters: Digest of the API's filters.
        start_date: Creation time before which nothing is read, if there is one.
    """

    account: str
    filters: str
    start_date: str | None

    @classmethod
    def of(cls, account: Account, filters: Mapping[str, object], start_date: str | None) -> Scope:
        """Describe the settings of a run.

        Args:
            account: Whose list is read.
            filters: The filters as the request's parameters carry them.
            start_date: Creation time before which nothing is read, as ISO 8601.
        """
        return cls(
            account=account.digest([account.api_url.rstrip("/"), account.client_id]),
            filters=account.digest(filters),
            start_date=utc_text(parse(start_date)) if start_date else None,
        )

    def of_bookmark(self, stored: Any, filters: Mapping[str, object]) -> Scope:
        """Read the scope that a bookmark was taken under.

        Args:
            stored: What the state holds. A bookmark without a scope was written by hand or by
                another tap, and is trusted.
            filters: What this scope was made of.

        Raises:
            msgspec.ValidationError: If it is no scope.
        """
        if stored is None:
            return msgspec.structs.replace(self, start_date=None)
        if isinstance(stored, dict) and "account" not in stored:
            # From before the account was noted, when the digest of the filters had no key
            text = json.dumps(filters, sort_keys=True)
            same = stored.get("filters") == hashlib.sha256(text.encode()).hexdigest()[:16]
            filters_then = self.filters if same else ""
            stored = {
                "start_date": None,
                **stored,
                "account": self.account,
                "filters": filters_then,
            }
        return msgspec.convert(stored, Scope)

    def missing_from(self, other: Scope) -> str | None:
        """Say why the other scope left out some of what this one lets through; None if not."""
        if self.account != other.account:
            return "it was made with another api_url or API key"
        if self.filters != other.filters:
            return "it was made with other filters"
        if (self.start_date or "") < (other.start_date or ""):
            return "it was made with a later start_date"
        return None
