"""Sequence's API on 127.0.0.1, as far as its published documents tell.

It answers the lists of the account, its event logs, and the lists below one customer, invoice or
credit note, in the three published versions: their paging, their filters, their refusals. It
refuses what the documents rule out. It has no single objects but invoices, and no other method; it
knows one key, and is slow or faulty, or counts a rate, only when told to. Where the documents are
silent it shows one of the possible behaviours (`app` and `parameters` say which), or the one that
is asked for.

    with SequenceAPI(customers=250, seed=7, rows={"invoices": 1000}) as api:
        requests.get(f"{api.url}/invoices", auth=(api.client_id, api.client_secret))
        api["invoices"].change(3)
        api["invoice_line_items"].give(api["invoices"].rows[-1].id, 250)
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final, Literal, Self, overload

from standins.sequence_api import faults
from standins.sequence_api.account import Account
from standins.sequence_api.app import API, LastPage
from standins.sequence_api.below import Below
from standins.sequence_api.chance import ABSENT
from standins.sequence_api.described import DescribedRow
from standins.sequence_api.listing import Listing
from standins.sequence_api.lists.customers import CUSTOMERS
from standins.sequence_api.messages import Answer, Request
from standins.sequence_api.people import Customer, People, raw_customers
from standins.sequence_api.refusals import refusal
from standins.sequence_api.server import Server, drop
from standins.sequence_api.times import micros_of
from standins.sequence_api.versions import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from standins.sequence_api.server import Receive, Scope, Send

__all__ = [
    "ABSENT",
    "VERSIONS",
    "Below",
    "Customer",
    "DescribedRow",
    "Listing",
    "Request",
    "SequenceAPI",
    "faults",
]

CLIENT_ID: Final = "sample-client-id"
CLIENT_SECRET: Final = "sample-client-secret"  # noqa: S105  a sample, known to everybody
NEWEST: Final = "2025-09-30T16:47:48.63792Z"

NameBelow = Literal[
    "contacts",
    "credit_balances",
    "invoice_line_items",
    "invoice_line_item_groups",
    "invoice_currency_conversions",
    "invoice_details",
    "credit_note_line_items",
    "credit_note_line_item_groups",
]


class SequenceAPI(API):
    """The API, served while the `with` block runs.

    Settings that are attributes of the same name can be set while it runs. `api["invoices"]` is a
    `Listing`, by which a test looks at a list and changes it, `api["contacts"]` a `Below`, which is
    that for the lists of all customers; what follows for customers alone is short for
    `api["customers"]`.

    Args:
        customers: How many are drawn; or which ones, each a mapping with some of its fields, the
            others drawn, oldest first where no `createdAt` is given.
        rows: How many rows the other lists have, or which ones, as for customers, by the lists'
            names; or one number for all of them. A list that is not named has some in proportion to
            the customers.
        seed: The same seed gives the same rows.
        raw: `customers` holds items that are answered word for word in every version, however
            malformed; see `add_raw`.
        version: What the key is pinned to: the version for requests that name none.
        newest: When the last of the drawn rows was created. It does not follow the clock, so that a
            run can be repeated.
        client_id: The user name that is asked for.
        client_secret: The password that is asked for.
        last_page: How a page says that there is no next or previous one: "missing", "null" or
            "empty", the last meaning an empty string.
        total: Whether `totalResultSize` is told.
        latency: Seconds that each request takes at least.
        rate: How many requests it answers within a window, the next ones with 429; None for all.
        window: The length of that window in seconds; it ends now.
        port: Where it listens; 0 for any free port.

    Attributes:
        requests: What was asked so far, oldest first.
        down: Drop every connection at its next request.
        retry_after: What a refusal for the rate says in `Retry-After`; None for no such header.
    """

    def __init__(  # noqa: PLR0913  one keyword for each thing the documents leave open
        self,
        customers: int | Iterable[object] = 250,
        *,
        rows: int | Mapping[str, int | Sequence[Mapping[str, object]]] | None = None,
        seed: int = 7,
        raw: bool = False,
        version: str = VERSIONS[-1],
        newest: str = NEWEST,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        last_page: LastPage = "missing",
        total: bool = True,
        latency: float = 0,
        rate: int | None = None,
        window: float = 60.0,
        port: int = 0,
    ) -> None:
        super().__init__(
            client_id=client_id,
            client_secret=client_secret,
            version=version,
            last_page=last_page,
            total=total,
        )
        self.latency = latency
        self.rate = rate
        self.window = window
        self.retry_after: str | None = None
        self._answered: deque[float] = deque()
        self.down = False
        self.requests: list[Request] = []
        self._newest = micros_of(newest)
        self._faults = faults.Faults()
        self._raised: list[Exception] = []
        self._server = Server(self._serve, port)
        people = People(seed)
        made = people.first(customers, self._newest, raw=raw)
        self._customers = Listing(CUSTOMERS, self, people, lambda: made, self._newest)
        self._account = Account(self, self._customers, rows, seed, self._newest)

    @overload
    def __getitem__(self, name: NameBelow) -> Below: ...  # type: ignore[overload-overlap]

    @overload
    def __getitem__(self, name: str) -> Listing[Any]: ...

    def __getitem__(self, name: str) -> Listing[Any] | Below:
        """A list, by its name."""
        return self.below(name) if name in self.names_below else self._account[name]

    def below(self, name: str) -> Below:
        """A list below a parent, by its name: the same as `api[name]`, for type checkers."""
        return self._account.below(name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if self._raised and raised is None:
            raise self._raised[0]
        if self._raised and raised is not None:
            raised.add_note(f"the stand-in met {self._raised[0]!r}")

    @property
    def port(self) -> int:
        """Where it listens, or last did."""
        return self._server.port

    @property
    def url(self) -> str:
        """What stands in front of `/customers`."""
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server.start()

    def stop(self) -> None:
        """Refuse connections; those that are open are dropped, whatever they wait for."""
        self._server.stop()

    def warm(self, *names: str, version: str | None = None) -> None:
        """Render all rows, so that a benchmark measures its client and not this.

        Args:
            *names: Of which lists; of customers if none is given.
            version: As which version shows them; the pinned one if not given.
        """
        for name in names or ("customers",):
            listing: Listing[Any] | Below = self[name]
            listing.warm(version)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the lists of objects."""
        return self._account.names

    @property
    def logs(self) -> tuple[str, ...]:
        """The names of the event logs."""
        return self._account.logs

    @property
    def names_below(self) -> tuple[str, ...]:
        """The names of the lists below a parent."""
        return self._account.names_below

    def at(self, path: str) -> Listing[Any] | Below | None:
        """The list at a path, if there is one."""
        return self._account.at(path)

    @property
    def counts(self) -> Counter[str]:
        """How many requests each list got; those for nothing it knows, by their paths."""
        asked = [(self.at(request.path), request.path) for request in self.requests]
        return Counter(listing.endpoint.name if listing else path for listing, path in asked)

    def clear(self) -> None:
        """Forget the requests."""
        self.requests.clear()

    def start_over(self) -> None:
        """Forget the requests, and that they count towards the rate."""
        self.clear()
        self._answered.clear()

    def fail(
        self,
        fault: faults.Fault,
        times: int | None = 1,
        when: Callable[[Request], bool] | None = None,
        skip: int = 0,
    ) -> None:
        """Script a fault; those scripted earlier come first, and one request meets one of them.

        An error raised by a function in it, or by `when`, is answered with 500, and raised again at
        the end of the `with` block.

        Args:
            fault: One of `faults`.
            times: How many requests it hits; None for all.
            when: Which requests it may hit; all of them if not given.
            skip: How many of these pass first, counted from now, hit by other faults or not.
        """
        with self.lock:
            self._faults.queue.append(faults.Script(fault, times, when, skip))

    def recover(self) -> None:
        """Forget the faults that are still to come."""
        with self.lock:
            self._faults.queue.clear()

    @property
    def pending(self) -> int:
        """How many scripted faults are still to come, or go on."""
        with self.lock:
            return len(self._faults.queue)

    @property
    def customers(self) -> list[Customer]:
        """All of them, archived ones too, oldest first."""
        return self._customers.rows

    def listed(
        self, version: str | None = None, *, include_archived: bool = True, **filters: str
    ) -> list[object]:
        """The customers that a client must get, newest first; see `Listing.listed`."""
        return self._customers.listed(version, include_archived=include_archived, **filters)

    def add(self, n: int = 1, **fields: object) -> list[Customer]:
        """New customers; see `Listing.add`."""
        return self._customers.add(n, **fields)

    def add_raw(self, *items: object) -> None:
        """Customers that are answered word for word in every version.

        One without a readable `createdAt` is listed as of the time of the one given before it, the
        first one with the newest customers.
        """
        with self.lock:
            store = self._customers.store
            store.add(raw_customers(items, self._customers.newest, store.ids))

    def change(self, identity: str, **fields: object) -> Customer:
        """Change fields of a customer, named as in `add`; those of a raw item word for word.

        Raises:
            KeyError: If there is no such customer.
        """
        return self._customers.change(identity, **fields)[0]

    def archive(self, identity: str) -> Customer:
        """Archive a customer, as of the time of the newest one."""
        return self._customers.archive(identity)[0]

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope["method"], scope["path"], scope["query_string"], scope["headers"])
        self.requests.append(request)
        answer = None if self.down else await self._outcome(request)
        if answer is None or not self._server.running:
            await drop(scope, receive)
            return
        request.status = answer.status
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        whole = answer.sent is None
        body = answer.body if whole else answer.body[: answer.sent]
        # uvicorn closes the connection of an answer that is left unfinished
        await send({"type": "http.response.body", "body": body, "more_body": not whole})

    def _limited(self, request: Request) -> Answer | None:
        """The refusal of a request that is one too many; it does not count for those after it."""
        if self.rate is None:
            return None
        answered = self._answered
        while answered and answered[0] <= request.time - self.window:
            answered.popleft()
        if len(answered) < self.rate:
            answered.append(request.time)
            return None
        headers = {} if self.retry_after is None else {"retry-after": self.retry_after}
        return refusal(429, "TooManyRequests", "this is one too many", headers)

    async def _outcome(self, request: Request) -> Answer | None:
        limited = self._limited(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        if limited:
            return limited
        try:
            due: list[faults.Fault] = []
            if self._faults.queue:
                with self.lock:
                    due = self._faults.take(request)
            for fault in due:
                answer = await fault.send(request, lambda: self.answer(request))
                if fault.instead:
                    return answer
            return self.answer(request)
        except Exception as error:  # noqa: BLE001  a test's own function may raise anything
            self._raised.append(error)
            return Answer(500)
