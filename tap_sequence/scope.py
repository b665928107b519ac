"""What a read lets through, so that the next run knows what its bookmark is worth."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import msgspec

from tap_sequence.times import parse, utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Scope(msgspec.Struct, frozen=True):
    """Whose list is read, by which filters, and from when on.

    What was read under one scope says nothing under another that lets through more. The digests are
    keyed with the client secret: neither key nor e-mail address is found by trying.

    Attributes:
        account: Digest of the API's URL and the key's id.
        filters: Digest of the API's filters.
        start_date: Creation time before which nothing is read, if there is one.
    """

    account: str
    filters: str
    start_date: str | None

    @classmethod
    def of(cls, config: Mapping[str, Any], filters: Mapping[str, object]) -> Scope:
        """Describe the settings of a run.

        Args:
            config: The tap's configuration.
            filters: The filters as the request's parameters carry them.
        """
        key = config["client_secret"].encode()

        def digest(value: object) -> str:
            text = json.dumps(value, sort_keys=True)
            return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]

        start_date = config.get("start_date")
        return cls(
            account=digest([config["api_url"].rstrip("/"), config["client_id"]]),
            filters=digest(filters),
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
