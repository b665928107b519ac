"""Does the command that looks at the API tell nothing of the account, and end plainly?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from standins.contract.__main__ import main
from standins.contract.asking import MOST
from standins.contract.checks import ASSUMPTIONS
from standins.contract.page import PAGE, page
from standins.contract.survey import survey
from standins.sequence_api import SequenceAPI, faults
from standins.sequence_api.otherwise import OTHERWISE
from standins.sequence_api.turns import each_row, with_body, with_header
from tap_sequence.streams import STREAMS
from tests.support.accounts import settings, token, variables
from tests.support.commands import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHORTEST = 5
"""Characters from which on a text is no word that stands in the report by chance."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings of this machine out."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TAP_SEQUENCE")]:
        monkeypatch.delenv(name)


def report(api: SequenceAPI, capsys: pytest.CaptureFixture[str], path: Path) -> str:
    """Run the command, and return all that it writes."""
    config = path / "config.json"
    config.write_text(json.dumps(settings(api)), encoding="utf-8")
    main(["--config", str(config), "--json", str(path / "report.json")])
    written = capsys.readouterr()
    return written.out + written.err + (path / "report.json").read_text(encoding="utf-8")


def values(of: Any) -> Iterator[str]:
    """Yield all texts and numbers in a value, and the keys of its objects."""
    match of:
        case dict():
            yield from of
            for one in of.values():
                yield from values(one)
        case list():
            for one in of:
                yield from values(one)
        case None | bool():
            return
        case _:
            yield str(of)


def test_nothing_of_the_account(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No value of any row is in the report, nor an id, a cursor, or a credential."""
    with SequenceAPI(0) as api:
        static = report(api, capsys, tmp_path)
    static += json.dumps([stream.schema for stream in STREAMS])
    with SequenceAPI(40) as api:
        written = report(api, capsys, tmp_path)
        rows = [
            row for name in (*api.names, *api.logs, *api.names_below) for row in api[name].listed()
        ]
        keys = [api.client_id, api.client_secret, token(api.client_id, api.client_secret)]
        cursors = [request.query.get("after", "") for request in api.requests]
        url = api.url
    declared = {name for row in rows for name in names_of(row)}
    told = {*values(rows), *cursors, *keys, url, url.removeprefix("http://").partition("/")[0]}
    told -= declared
    assert [
        one for one in told if len(one) >= SHORTEST and one in written and one not in static
    ] == []


def names_of(row: Any) -> set[str]:
    """Return the names of a row's fields, which a report may have."""
    return {*row} if isinstance(row, dict) else set()


PLANTED = {
    "Ada Lovelace": 1,
    "ada@example.com": "x",
    "4111111111111111": "x",
    "plantedcompany": "x",
    "tier_gold_planted": "x",
}
"""Fields whose names are no names of fields."""


def test_nothing_that_the_api_plants(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Whatever a wrong API has as names, versions, types or cursors, none of it is shown."""

    def plant(row: dict[str, Any]) -> None:
        row.update(PLANTED, label="PlantedCompany", telephone={"planted-key": "planted-value"})
        row["address"] = {**PLANTED, "line1": ["planted-line"]}
        row["customProperties"] = {"planted-property": 5}
        row["createdAt"] = "planted-time"

    with SequenceAPI(10) as api:
        each_row("customers", plant)(api)
        written = report(api, capsys, tmp_path)
    assert "telephone" in written
    for planted in (*PLANTED, "planted", "Planted"):
        assert planted not in written


@pytest.mark.parametrize(
    "fault",
    [
        faults.version("planted-version"),
        with_header("x-ratelimit-limit", "planted"),
        with_body(b'{"error": {"type": "Planted", "message": "planted"}}', "application/json"),
        with_body(b'{"errors": [{"key": "planted", "error": "planted"}]}', "application/json"),
        faults.answer(lambda body: body.get("pagination", {}).update(totalResultSize="planted")),
        faults.answer(lambda body: body.get("pagination", {}).update(after="planted")),
        faults.answer(lambda body: body.update(items=["planted"])),
    ],
)
def test_nothing_of_odd_answers(
    fault: faults.Fault, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nothing that answers say beside rows is quoted."""
    with SequenceAPI(10) as api:
        api.fail(fault, None)
        assert "planted" not in report(api, capsys, tmp_path).lower()


def test_names_of_new_fields() -> None:
    """A field that nobody has declared is named, unless its name could be a customer's."""
    schema: Any = {"properties": {"id": {}, "address": {"properties": {"line1": {}}}, "map": {}}}
    rows = [
        {"id": "one", "newField": 1, "acme": 1, "address": {"floor": 1}, "map": {"ada": 1}},
        {"id": "Acme", "newField": 1, "acme": 1, "address": {"floor": 2}, "rare": 1},
    ]
    found = survey(rows, schema)
    assert found.unknown == {"newField", "address.floor"}
    assert found.hidden == 2


def test_the_report_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The report alone is on standard output, as JSON, with a result for each assumption."""
    with SequenceAPI(30) as api, pytest.MonkeyPatch.context() as patch:
        for name, value in variables(api).items():
            patch.setenv(name, value)
        assert main(["--json", "-"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [one["assumption"] for one in made["results"]] == [one.name for one in ASSUMPTIONS]
    assert (made["version"], made["api"]) == ("2024-07-30", "another")
    assert made["requests"] <= MOST


def test_what_differs_says_which_guess(capsys: pytest.CaptureFixture[str]) -> None:
    """What differs harmlessly is no failure, and says what the stand-in would have to change."""
    with SequenceAPI(30) as api, pytest.MonkeyPatch.context() as patch:
        OTHERWISE["limit-default"][0].turn(api)
        for name, value in variables(api).items():
            patch.setenv(name, value)
        assert main(["--config", "ENV", "--json", "-"]) == 0
    assert "_DEFAULT_LIMIT in endpoint.py" in capsys.readouterr().out


def test_a_stream_that_must_not_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 1, and the table names the stream and why."""
    with SequenceAPI(30) as api, pytest.MonkeyPatch.context() as patch:
        OTHERWISE["readable"][0].turn(api)
        for name, value in variables(api).items():
            patch.setenv(name, value)
        assert main([]) == 1
        assert "1 differs, and the stream must not be used" in capsys.readouterr().out
        assert main(["--json", "-"]) == 1
    assert "status 403, the key may not read it: invoices" in capsys.readouterr().out


def failing(capsys: pytest.CaptureFixture[str], **config: str) -> str:
    """Run the command with settings with which it fails, and return its one line."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in config.items():
            patch.setenv(f"TAP_SEQUENCE_{name.upper()}", value)
        assert main([]) == 1
    written = capsys.readouterr()
    assert written.out == ""
    (line,) = written.err.splitlines()
    return line


def test_no_settings(capsys: pytest.CaptureFixture[str]) -> None:
    """Without settings, it says which ones are missing."""
    line = failing(capsys)
    assert line.startswith("2 mistakes in the settings: client_id: missing or empty")


def test_a_wrong_secret(few: SequenceAPI, capsys: pytest.CaptureFixture[str]) -> None:
    """A secret that is refused ends in one line, after one request."""
    line = failing(capsys, **{**settings(few), "client_secret": "planted"})
    assert line.startswith("GET /customers: 401 Unauthorized; check client_id and client_secret")
    assert "planted" not in line
    assert len(few.requests) == 1


def test_a_wrong_address(few: SequenceAPI, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no such API, it says so."""
    line = failing(capsys, **{**settings(few), "api_url": f"{few.url}/v7"})
    assert line == "GET /customers: 404 Not Found; check api_url"


@pytest.mark.usefixtures("waits")
def test_nobody_listens(few: SequenceAPI, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing listens, it says so."""
    few.stop()
    assert "check api_url" in failing(capsys, **settings(few))


def test_another_version(few: SequenceAPI, capsys: pytest.CaptureFixture[str]) -> None:
    """A version that is not served any more ends in one line."""
    few.fail(faults.error(400, "UnrecognisedApiVersion"), None)
    line = failing(capsys, **{**settings(few), "api_version": "2024-01-01"})
    assert line == "GET /customers: 400 Bad Request; check api_version"


def test_no_json(few: SequenceAPI, capsys: pytest.CaptureFixture[str]) -> None:
    """A web page in place of the API ends in one line."""
    few.fail(faults.body("<html></html>"), None)
    assert failing(capsys, **settings(few)) == "GET /customers: 200 OK, but no JSON; check api_url"


def test_as_a_user_starts_it(few: SequenceAPI) -> None:
    """The command is run from a clone, and prints a table."""
    ended = subprocess.run(
        [sys.executable, "-m", "standins.contract"],
        cwd=ROOT,
        env={**os.environ, **variables(few)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "readable" in ended.stdout


def test_the_page() -> None:
    """The documentation has every assumption, and each way in which it can be otherwise."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()
    words = [way.words for ways in OTHERWISE.values() for way in ways]
    assert len({*words}) == len(words)


def test_the_issue_template() -> None:
    """The template for reports asks for what the command writes."""
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / "assumptions.yml"
    form = YAML(typ="safe").load(path)
    assert "uv run -m standins.contract --json report.json" in json.dumps(form)
