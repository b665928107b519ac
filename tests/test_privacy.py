"""Does anything that is printed hold a secret, or a customer's data?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.support.accounts import settings, token
from tests.support.answers import circle, item
from tests.support.servers import OK, WHOLE, nobody_listening, serving
from tests.support.sync import sync
from tests.support.tap import Run, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from standins.sequence_api.faults import Fault

# Whatever must not be printed holds this word, or is the token
MARK = "planted"

CLIENT_ID = "some-client"

SECRET = f"{MARK}-S3cr3t/+7d0c51"

TOKEN = token(CLIENT_ID, SECRET)

EMAIL = f"{MARK}.filter@example.com"

CUSTOMER: dict[str, Any] = {
    "email": EMAIL,
    "legalName": f"{MARK.title()} Holdings",
    "contactName": f"Ada {MARK.title()}",
    "label": f"{MARK} label",
    "billingEmails": [f"{MARK}.bills@customer.example"],
    "address": {"line1": f"1 {MARK.title()} Road", "town": f"{MARK.title()} Town"},
    "url": f"https://{MARK}.example",
    "taxStatus": f"{MARK}",
}

QUOTE = (
    f"no {EMAIL}, no {CUSTOMER['billingEmails'][0]}, secret {SECRET}, Authorization: Basic {TOKEN}"
)

PAGE = f"<html><body>{QUOTE}, {CUSTOMER['legalName']}, {CUSTOMER['address']}</body></html>"

PARAMETERS = {"email": QUOTE, QUOTE: "is odd"}


@pytest.fixture
def api() -> Iterator[SequenceAPI]:
    """Return the API, whose customers and key are all marked."""
    with SequenceAPI(
        [CUSTOMER] * 250, version="2024-05-09", client_id=CLIENT_ID, client_secret=SECRET
    ) as started:
        yield started


def held(text: str) -> list[str]:
    """Return the lines of a text that hold what must not be printed."""
    lines = text.splitlines()
    return [line for line in lines if MARK in line.lower() or TOKEN in line]


@pytest.fixture(params=["DEBUG", "INFO"])
def tap(request: pytest.FixtureRequest) -> Callable[..., Run]:
    """Return what runs the tap with a marked filter, at one of two log levels."""

    def tap(api: SequenceAPI, **config: Any) -> Run:
        given = settings(api, email=EMAIL, request_timeout=3, **config)
        ended = run(config=given, environment={"LOGLEVEL": request.param})
        assert (" | DEBUG " in ended.stderr) == (request.param == "DEBUG")
        return ended

    return tap


def page(edit: Callable[[dict[str, Any]], object]) -> Fault:
    """Change a page in place."""

    def edited(content: dict[str, Any]) -> None:
        edit(content)

    return faults.answer(edited)


FAILURES: dict[str, Fault] = {
    "400, one error": faults.error(400, QUOTE, QUOTE),
    "400, several errors": faults.errors(400, PARAMETERS),
    "400, in capitals": faults.error(400, "Invalid", QUOTE.upper()),
    "400, a name alone": faults.error(400, "Invalid", f"no customer {MARK}"),
    "400, escaped": faults.error(400, "Invalid", json.dumps(f"\xe4{MARK}")),
    "400, for HTML": faults.errors(400, {"email": f"no &quot;{MARK}&quot;"}),
    "400, in the code": faults.status(
        400, {"error": {"errors": [{"code": EMAIL, "key": SECRET, "message": TOKEN}]}}
    ),
    "401": faults.error(401, "Unauthorized", QUOTE),
    "403, HTML": faults.status(403, PAGE),
    "404": faults.errors(404, PARAMETERS),
    "302": faults.status(302, PAGE, {"Location": f"https://{MARK}.example/?secret={SECRET}"}),
    "422": faults.error(422, "Unprocessable", QUOTE),
    "429": faults.status(429, {"error": {"type": QUOTE, "message": QUOTE}}, {"Retry-After": "3"}),
    "500, JSON": faults.error(500, "Broken", QUOTE),
    "503, HTML": faults.status(503, PAGE),
    "reset": faults.reset(),
    "cut": faults.cut(700),
    "HTML": faults.body(PAGE),
    "a type that tells": faults.body(PAGE, f"text/html {QUOTE}"),
    "an error in place of a page": faults.answer(
        lambda _: {"error": {"type": "Invalid", "message": QUOTE}}
    ),
    "an id that is an address": item(id=EMAIL, label=CUSTOMER),
    "broken JSON": faults.body(f'{{"items": [{{"id": "{QUOTE}', "application/json"),
    "a string": faults.body(json.dumps(QUOTE), "application/json"),
    "an array": faults.body(json.dumps([CUSTOMER]), "application/json"),
    "items of another type": page(lambda content: content.update(items=CUSTOMER)),
    "an item that is a string": page(lambda content: content["items"].insert(0, QUOTE)),
    "an item without id": page(lambda content: content["items"][0].pop("id")),
    "text for an object": item(address=QUOTE),
    "text for a time": item(archivedAt=QUOTE),
    "text for the creation time": item(createdAt=QUOTE),
    "an object for text": item(label=CUSTOMER),
}


@pytest.mark.parametrize("fault", FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_prints_no_secret_and_no_data(
    fault: Fault, api: SequenceAPI, tap: Callable[..., Run]
) -> None:
    """What a failing run logs, at any level, holds no credential and no customer's data."""
    api.fail(fault, None, lambda request: "after" in request.query)
    ended = tap(api)
    assert ended.exit_code == 1
    assert len(ended.records) == 100
    assert held(ended.stderr) == []
    assert held(json.dumps(ended.states)) == []


def test_values_of_other_types_print_no_data(api: SequenceAPI, tap: Callable[..., Run]) -> None:
    """What is logged of values of other types below the top level holds no customer's data."""
    api.fail(item(customProperties={MARK: {MARK: MARK}}, address={"line1": [MARK]}), None)
    ended = tap(api)
    assert ended.exit_code == 0
    assert any("values of other types" in warning for warning in ended.warnings)
    assert held(ended.stderr) == []


MAPS: dict[str, dict[str, str]] = {
    "a filter": {"__filter__": "email"},
    "a failing filter": {"__filter__": "int(legalName)"},
    "a field": {"seen": "json.loads(legalName)"},
    "a field of a field": {"seen": "address.line1.nothing"},
}


@pytest.mark.parametrize("stream_map", MAPS.values(), ids=MAPS.keys())
def test_stream_maps_print_no_data(
    stream_map: dict[str, str], api: SequenceAPI, tap: Callable[..., Run]
) -> None:
    """What expressions come to, or fail on, is logged at no level."""
    ended = tap(api, stream_maps={"customers": stream_map})
    assert ended.exit_code == (0 if stream_map == MAPS["a filter"] else 1)
    assert held(ended.stderr) == []


def test_a_refused_connection_prints_no_secret_and_no_data(
    api: SequenceAPI, tap: Callable[..., Run]
) -> None:
    """What is logged where nobody listens holds no credential and no filter."""
    with nobody_listening() as port:
        ended = tap(api, api_url=f"http://127.0.0.1:{port}/api")
    assert ended.exit_code == 1
    assert held(ended.stderr) == []


def test_faults_that_pass_print_no_secret_and_no_data(
    api: SequenceAPI, tap: Callable[..., Run]
) -> None:
    """What a run logs that gets over faults, with all its warnings, holds no data either."""
    for fault in (faults.hang(60), faults.status(429, PAGE), faults.reset(), faults.cut(700)):
        api.fail(fault)
    api.fail(faults.version("2031-01-01"))
    api.fail(item(rating=QUOTE, label=f"{MARK}\0", **{CUSTOMER["legalName"]: 1, EMAIL: 2}))
    ended = tap(api, api_version="2024-05-09")
    assert ended.exit_code == 0
    assert len(ended.warnings) == 7
    assert held(ended.stderr) == []
    assert held(json.dumps(ended.states)) == []


def test_a_read_that_lacks_customers_prints_no_data(
    api: SequenceAPI, tap: Callable[..., Run]
) -> None:
    """The warning of customers that did not come holds nothing of those that did."""
    api.fail(page(lambda content: content["items"].pop()), None)
    ended = tap(api)
    assert [ended.exit_code, len(ended.warnings)] == [0, 1]
    assert held(ended.stderr) == []


def test_a_circle_of_pages_prints_no_data(api: SequenceAPI, tap: Callable[..., Run]) -> None:
    """The line about pages that go round in a circle holds nothing of what they hold."""
    api.fail(circle(1), None)
    ended = tap(api)
    assert ended.exit_code == 1
    assert "go round in a circle" in ended.stderr
    assert api.requests[-1].query["after"] not in ended.stderr
    assert held(ended.stderr) == []


def test_the_next_run_prints_no_secret_and_no_data(api: SequenceAPI) -> None:
    """A run that finds a state of another filter and a cursor that is refused logs no data."""
    api.fail(faults.status(400, PAGE), None, lambda request: "after" in request.query)
    first = run(config=settings(api, email=EMAIL))
    assert first.bookmark["interrupted_reads"]
    api.recover()
    api.fail(faults.error(400, QUOTE, QUOTE), when=lambda request: "after" in request.query)
    again = run(config=settings(api, email=EMAIL), state=first.state)
    other = run(config=settings(api, legal_name=CUSTOMER["legalName"]), state=first.state)
    for ended in (again, other):
        assert ended.exit_code == 0
        assert ended.warnings
        assert held(ended.stderr) == []
        assert held(json.dumps(ended.states)) == []


@pytest.mark.parametrize("name", ["email", "alias", "label", "legal_name", "billing_status"])
@pytest.mark.parametrize("form", ["{}", "what is {} for a value?", "value={}&limit=1"])
@pytest.mark.parametrize("change", [str, str.upper, lambda value: value[:-3]])
def test_a_quoted_filter_is_not_printed(change: Callable[[str], str], form: str, name: str) -> None:
    """A refusal that quotes a filter, changed or not, wherever it does, is reported without it."""
    value: Any = f"{MARK}-value"
    quote = form.format(change(value))
    with SequenceAPI(3) as api:
        for fault in faults.error(400, quote, quote), faults.errors(400, {quote: quote}):
            api.fail(fault)
            with pytest.raises(SequenceError, match="400 Bad Request; check api_version"):
                sync(api, **{name: value})


def test_a_broken_header_prints_no_filter() -> None:
    """An invalid header makes no library print the request's URL."""
    answer = WHOLE.replace(OK, OK + b"no header\r\n")
    with serving(lambda: [answer]) as port:
        key = {"client_id": CLIENT_ID, "client_secret": SECRET}
        ended = run(config={**key, "api_url": f"http://127.0.0.1:{port}/api", "email": EMAIL})
    assert ended.ids == ["one"]
    assert held(ended.stderr) == []


@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--format", "markdown")])
def test_about_prints_no_secret(form: tuple[str, ...]) -> None:
    """`--about` describes the settings, in each of its forms, and prints none."""
    environment = {
        "TAP_SEQUENCE_CLIENT_ID": CLIENT_ID,
        "TAP_SEQUENCE_CLIENT_SECRET": SECRET,
        "TAP_SEQUENCE_EMAIL": EMAIL,
        "LOGLEVEL": "DEBUG",
    }
    ended = run("--about", *form, environment=environment)
    assert ended.exit_code == 0
    assert "client_secret" in ended.stdout
    assert held(ended.stdout + ended.stderr) == []


@pytest.mark.parametrize(
    "secret",
    [
        {"client_secret": [SECRET]},
        {"client_secret": {MARK: SECRET}},
        {"clientSecret": SECRET},
        {"client_secret": SECRET, "api_url": f"https://{CLIENT_ID}:{SECRET}@example.com"},
        {"client_secret": SECRET, "page_size": 1000},
        {"client_secret": SECRET, "api_url": "http://example.com", "email": EMAIL},
    ],
    ids=["a list", "an object", "misspelled", "in the URL", "another mistake", "in the clear"],
)
def test_a_mistake_in_the_settings_prints_no_secret(secret: dict[str, Any]) -> None:
    """A mistake in the settings, that of the secret too, is named without the secret."""
    config = {"client_id": CLIENT_ID, "page_size": 10, **secret}
    ended = run(config=config, environment={"LOGLEVEL": "DEBUG"})
    assert ended.exit_code == 1
    assert "mistake in the settings: " in ended.stderr
    assert held(ended.stdout + ended.stderr) == []


def test_a_secret_that_is_a_number_is_not_printed() -> None:
    """A secret without quotation marks is a mistake that is named without its digits."""
    ended = run(config={"client_id": CLIENT_ID, "client_secret": 9081726354})
    assert ended.exit_code == 1
    assert "client_secret: expected string, got a number" in ended.last_line
    assert "9081726354" not in ended.stdout + ended.stderr


def test_the_catalog_prints_no_secret() -> None:
    """`--discover` with the credentials at hand prints neither them nor a filter."""
    config = {"client_id": CLIENT_ID, "client_secret": SECRET, "email": EMAIL}
    ended = run("--discover", config=config, environment={"LOGLEVEL": "DEBUG"})
    assert ended.exit_code == 0
    assert held(ended.stdout + ended.stderr) == []
