"""Does the tap pass the SDK's standard tests?

Two of them, `primary_keys` and `valid_final_state`, pass whatever a tap does; what they are named
after is promised by `test_singer` and `test_state`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from standins.sequence_api import VERSIONS, SequenceAPI
from tap_sequence.tap import TapSequence
from tests.tap import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG: dict[str, Any] = {
    "api_url": "http://127.0.0.1/api",
    "client_id": "an-id",
    "client_secret": "a-secret",
}
"""The suite makes a tap while it is collected, before there is an API."""


def of_all_versions(customers: int) -> list[dict[str, Any]]:
    """Return customers with the fields of all versions of the API together.

    The suite warns of each field that no record has, and no version has them all.
    """
    merged: dict[str, dict[str, Any]] = {}
    with SequenceAPI(customers) as api:
        for version in VERSIONS:
            for item in api.listed(version):
                assert isinstance(item, dict)
                merged.setdefault(item["id"], {}).update(item)
    return list(merged.values())


@pytest.fixture(scope="module", autouse=True)
def api() -> Iterator[None]:
    """The API that the suite's taps read."""
    with SequenceAPI(of_all_versions(250), raw=True) as serving:
        CONFIG.update(settings(serving))
        yield


TestStandard = get_tap_test_class(
    TapSequence,
    config=CONFIG,
    suite_config=SuiteConfig(max_records_limit=200),
    parse_env_config=False,  # a developer's own variables would count
)
