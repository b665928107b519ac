"""Do the benchmarks measure what they say, and draw what they measured?"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from benchmarks.charts import draw
from benchmarks.clients import CLIENTS, TAP
from benchmarks.environments import version
from benchmarks.measuring import Cost, FailedError, measure
from benchmarks.results import Comparison, Growth, Requests, Results

if TYPE_CHECKING:
    from pathlib import Path


def test_whole_process(tmp_path: Path) -> None:
    """A run's cost is that of its whole process, its memory not that of the one that started it."""
    program = "import time; time.sleep(0.1); held = b'x' * 50_000_000; print('out')"

    cost, output = measure([sys.executable, "-c", program], {}, tmp_path)

    assert output.read_text() == "out\n"
    assert cost.wall > 0.1
    assert 50 < cost.memory < 100


def test_failed_run(tmp_path: Path) -> None:
    """A run that fails is no measurement, and its last words are told."""
    with pytest.raises(FailedError, match="exit code 3\nno such luck"):
        measure(
            [sys.executable, "-c", "import sys; print('no such luck'); sys.exit(3)"], {}, tmp_path
        )


@pytest.mark.parametrize(
    ("delivered", "says"),
    [("1 2", None), ("1 1", "1 of 2 customers, in 2"), ("1", "1 of 2"), ("1 2 2", "2 of 2")],
)
def test_missing_customer(delivered: str, says: str | None, tmp_path: Path) -> None:
    """A client that delivers a customer twice, or one not at all, is no measurement."""
    program = f"""for id in "{delivered}".split():
        print('{{"type": "RECORD", "record": {{"id": "' + id + '"}}}}')"""
    client = replace(CLIENTS[0], command=lambda *_: [sys.executable, "-c", program])
    with pytest.raises(FailedError, match=f"delivered {says}") if says else nullcontext():
        assert client.read(2, {}, tmp_path).wall > 0


def test_fixed_versions() -> None:
    """Each client's requirement file names one version of what it is made of."""
    assert all(version(client.peer, client.package) for client in CLIENTS)


RESULTS = Results(
    {TAP: "singer-sdk 1"},
    {"reading": Comparison("Reading", 5, {TAP: Cost(2, 1.5, 50), "a & b": Cost(5, 4.5, 80)})},
    Growth(3, {1_000: Cost(1, 1, 50), 10_000: Cost(3, 2, 52)}),
    Requests({"nothing new": (1, 1)}),
)


def test_charts_and_tables(tmp_path: Path) -> None:
    """Charts are well-formed on white, and tables hold the medians and the ratios to the tap's."""
    draw(RESULTS, tmp_path)

    texts = []
    for name in ("results.svg", "growth.svg"):
        chart = ET.parse(tmp_path / name)  # noqa: S314  our own
        background = chart.find(".//{*}path")
        assert background is not None
        assert background.attrib["style"] == "fill: #ffffff"
        texts += [text.text for text in chart.findall(".//{*}text")]
    assert {"a & b", "1.0 = 2.0 s", "2.5", "number of customers, logarithmic scale"} <= {*texts}
    assert "a & b         5.00 s   2.50     4.50 s   3.00   80 MB" in RESULTS.tables()


def test_kept_results(tmp_path: Path) -> None:
    """What was kept is read again as it was, and the same results give the same charts."""
    RESULTS.keep(tmp_path / "kept.json")
    again = Results.kept(tmp_path / "kept.json")

    assert again == RESULTS
    charts = []
    for results in (RESULTS, again):
        draw(results, tmp_path)
        charts.append([file.read_bytes() for file in sorted(tmp_path.glob("*.svg"))])
    assert len(charts[0]) == 2
    assert charts[0] == charts[1]
