"""Does the tap pass the SDK's standard tests?

Two of them, `primary_keys` and `valid_final_state`, pass whatever a tap does; what they are named
after is promised by `test_singer` and `test_bookmarks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from standins.sequence_api import SequenceAPI
from tap_sequence.tap import TapSequence
from tests.support.accounts import KEY, of_all_versions, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings(
    "ignore:Fields in transformed catalog but not in records"  # those of other versions
)

CONFIG: dict[str, Any] = {**KEY, "api_url": "http://127.0.0.1/api"}
"""The suite makes a tap while it is collected, before there is an API."""


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
