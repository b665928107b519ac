"""Do amounts arrive in PostgreSQL to the last digit?"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from standins.postgres import postgres
from standins.sequence_api import SequenceAPI
from tests.support.documents import table
from tests.support.targets import run_tap

if TYPE_CHECKING:
    from standins.postgres import Database
    from tests.support.targets import Target


DOCUMENTED = {
    row[0]: {True: row[1], False: row[2]} for row in table("docs/targets.md", "Sent by the API")
}
"""What the document says becomes of an amount, by whether rows are sent by COPY."""


def drawn() -> list[str]:
    """Draw amounts of up to 15 significant digits, some of them negative."""
    random = Random(7)  # noqa: S311
    numbers = [random.randrange(10 ** random.randint(1, 15)) for _ in range(200)]
    decimals = [Decimal(number).scaleb(-random.randint(0, 9)) for number in numbers]
    return [f"{random.choice('+-')}{number:f}".lstrip("+") for number in decimals]


SAFE = drawn()

Arrived = dict[bool, dict[str, str]]


@pytest.fixture(scope="module")
def arrived(
    server: Database, target_postgres: Target, tmp_path_factory: pytest.TempPathFactory
) -> Arrived:
    """Load amounts both ways, and tell each by what was sent."""
    folder = tmp_path_factory.mktemp("money")
    amounts = [*DOCUMENTED, *SAFE]
    rows = [{"id": str(number), "grossTotal": one} for number, one in enumerate(amounts)]
    with SequenceAPI(1, rows={"invoices": rows}) as api:
        messages = run_tap(api, folder / "messages", streams=["invoices"])
    found: Arrived = {}
    for use_copy in (True, False):
        with postgres(server.url) as database:
            given = {"sqlalchemy_url": database.url, "use_copy": use_copy}
            ended = target_postgres.load(messages, folder, **given)
            assert ended.returncode == 0, ended.stderr
            loaded = database.query(
                'SELECT id, "grossTotal"::text AS amount FROM sequence.invoices'
            )
        found[use_copy] = {amounts[int(row["id"])]: row["amount"] for row in loaded}
    return found


@pytest.mark.parametrize("use_copy", [True, False])
def test_fifteen_digits(arrived: Arrived, use_copy: bool) -> None:  # noqa: FBT001
    """Amounts of up to 15 significant digits arrive as they were sent, by COPY and by INSERT."""
    assert [Decimal(arrived[use_copy][one]) for one in SAFE] == [*map(Decimal, SAFE)]


@pytest.mark.parametrize("use_copy", [True, False])
def test_document(arrived: Arrived, use_copy: bool) -> None:  # noqa: FBT001
    """What becomes of an amount, of more digits too, is what the document's table says."""
    wanted = {sent: one[use_copy] for sent, one in DOCUMENTED.items()}
    assert {sent: arrived[use_copy][sent] for sent in DOCUMENTED} == wanted


def test_more_digits(arrived: Arrived) -> None:
    """By INSERT all digits arrive, by COPY those that a float keeps.

    Where this fails, target-postgres has been mended: the document's section can go.
    """
    longer = [one for one in DOCUMENTED if len(one.replace(".", "").strip("0")) > 15]
    assert len(longer) > 2
    for sent in longer:
        assert Decimal(arrived[False][sent]) == Decimal(sent)
        assert Decimal(arrived[True][sent]) == Decimal(repr(float(sent))) != Decimal(sent)
