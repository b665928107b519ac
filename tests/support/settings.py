"""The settings that there are."""

from __future__ import annotations

from typing import Any

DEFAULTS = {
    "client_id": None,
    "client_secret": None,
    "api_url": "https://eu.sequencehq.com/api",
    "api_version": None,
    "start_date": None,
    "lookback_window": 600,
    "include_archived": True,
    "legal_name": None,
    "email": None,
    "alias": None,
    "label": None,
    "billing_status": None,
    "emit_activate_version_messages": False,
    "page_size": 100,
    "request_timeout": 60,
    "max_requests_per_minute": 1500,
    "user_agent": None,
}
"""Every setting of the tap's own, with its default."""

REQUIRED = ("client_id", "client_secret")
OPTIONAL = tuple(name for name in DEFAULTS if name not in REQUIRED)
SECRET = "planted-secret"  # noqa: S105  looked for in what is printed

FILTERS = {
    "legal_name": "legalName",
    "email": "email",
    "alias": "alias",
    "label": "label",
    "billing_status": "billingStatus",
}
"""The query parameter of each filter."""


def batch_config(**changes: Any) -> dict[str, Any]:
    """Return a `batch_config` with something else in the place that a path with `__` names."""
    config: dict[str, Any] = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": "batches", "prefix": "batch-"},
    }
    for path, value in changes.items():
        *above, last = path.split("__")
        at = config
        for name in above:
            at = at[name]
        at[last] = value
    return config
