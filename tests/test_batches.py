"""Do batches hold what records would?"""

from __future__ import annotations

import gzip
import json
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from standins.sequence_api import SequenceAPI
from tests.support.accounts import expected, ids
from tests.support.answers import NUMBERS, numbers_in, numbers_listed
from tests.support.catalogs import catalog_with, discovered
from tests.support.messages import by_id
from tests.support.settings import batch_config
from tests.support.sync import Synced, sync

if TYPE_CHECKING:
    from pathlib import Path

    from tap_sequence.pages import Record

BOTH = pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])


def batch_files(synced: Synced) -> dict[str, list[list[str]]]:
    """Return the lines of each file of the BATCH messages, by stream."""
    read: dict[str, list[list[str]]] = {}
    for one in synced.messages:
        if one["type"] == "BATCH":
            assert one["encoding"] == {"format": "jsonl", "compression": "gzip"}
            for url in one["manifest"]:
                with gzip.open(url2pathname(urlsplit(url).path), "rt", encoding="utf-8") as file:
                    read.setdefault(one["stream"], []).append(list(file))
    return read


def batches(synced: Synced) -> dict[str, list[list[Record]]]:
    """Return the records of each file of the BATCH messages, by stream."""
    return {
        stream: [[json.loads(line) for line in lines] for lines in files]
        for stream, files in batch_files(synced).items()
    }


@BOTH
@pytest.mark.parametrize("size", [1, 100, 150, 10_000])
def test_batches(tmp_path: Path, size: int, method: str) -> None:
    """In batches too every customer arrives exactly once, and the state is that of a plain run."""
    catalog = discovered(replication_method=method)
    with SequenceAPI(250) as api:
        plain = sync(api, catalog=catalog)
        synced = sync(
            api,
            catalog=catalog,
            batch_config=batch_config(storage__root=tmp_path.as_uri(), batch_size=size),
        )
        wanted = expected(api)
    files = batches(synced)["customers"]
    assert by_id([record for file in files for record in file]) == wanted
    assert not synced.records
    assert max(len(file) for file in files) <= size
    assert synced.bookmark == plain.bookmark
    assert synced.messages[0]["type"] == "SCHEMA"
    assert synced.messages[-1]["type"] == "STATE"


def test_batches_of_a_long_list(tmp_path: Path) -> None:
    """In batches of a list of many pages too every customer arrives exactly once."""
    with SequenceAPI(2500) as api:
        synced = sync(
            api, batch_config=batch_config(storage__root=tmp_path.as_uri(), batch_size=300)
        )
        wanted = expected(api)
    files = batches(synced)["customers"]
    assert by_id([record for file in files for record in file]) == wanted


def test_batches_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A run in batches logs how many records it sent, as a plain run does."""
    counts = []
    with SequenceAPI(250) as api:
        for batches in (None, batch_config(storage__root=tmp_path.as_uri(), batch_size=100)):
            caplog.clear()
            with caplog.at_level(logging.INFO):
                sync(api, batch_config=batches)
            counts += re.findall(r'"metric": ?"record_count", ?"value": ?(\d+)', caplog.text)
    assert counts == ["250", "250"]


def test_batches_without_customers(tmp_path: Path) -> None:
    """Where there is nothing to batch, no batch is sent, and the run succeeds."""
    with SequenceAPI(0) as api:
        synced = sync(
            api, batch_config=batch_config(storage__root=tmp_path.as_uri(), batch_size=100)
        )
    assert {one["type"] for one in synced.messages} == {"SCHEMA", "STATE"}


def test_batches_come_before_their_state(tmp_path: Path) -> None:
    """A state amid a batched read tells of no more than the batches before it hold."""
    with SequenceAPI(600) as api:
        synced = sync(
            api,
            page_size=50,
            batch_config=batch_config(storage__root=tmp_path.as_uri(), batch_size=50),
        )
        everybody = ids(api)
        places = [place for place, one in enumerate(synced.messages) if one["type"] == "STATE"]
        assert len(places) >= 12
        for place in places:
            head = Synced(synced.messages[: place + 1])
            held = {record["id"] for file in batches(head)["customers"] for record in file}
            rest = sync(api, page_size=50, state=head.state)
            assert held | set(rest.ids) == everybody


def test_batches_are_selected_mapped_and_flattened(tmp_path: Path) -> None:
    """What batches hold is selected, mapped and flattened like what records hold."""
    options: Record = {
        "catalog": catalog_with("label", selected=False),
        "stream_maps": {
            "customers": {
                "name": "legalName",
                "legalName": None,
                "__filter__": "bool(_.get('url'))",
            },
            "names": {"__source__": "customers", "id": "id", "__else__": None},
        },
        "flattening_enabled": True,
        "flattening_max_depth": 1,
    }
    with SequenceAPI(120) as api:
        plain = sync(api, **options)
        synced = sync(
            api,
            **options,
            batch_config=batch_config(storage__root=tmp_path.as_uri(), batch_size=50),
        )
    wanted: dict[str, list[Record]] = {"customers": [], "names": []}
    for one in plain.messages:
        if one["type"] == "RECORD":
            wanted[one["stream"]].append(one["record"])
    read = {
        stream: [record for file in files for record in file]
        for stream, files in batches(synced).items()
    }
    assert read == wanted
    assert 0 < len(wanted["customers"]) < len(wanted["names"]) == 120
    assert synced.schemas.keys() == plain.schemas.keys()


def test_numbers_in_batches_keep_their_digits(tmp_path: Path) -> None:
    """In batches too a number in a nested field that nobody has heard of keeps its digits."""
    with SequenceAPI(1) as api:
        api.fail(numbers_listed())
        synced = sync(
            api, batch_config=batch_config(storage__root=tmp_path.as_uri(), batch_size=50)
        )
    (lines,) = (lines for lines in batch_files(synced)["customers"])
    (line,) = lines
    assert numbers_in(line) == NUMBERS
