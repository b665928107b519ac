"""Sequence's API on 127.0.0.1, as far as its published documentation describes it.

It answers `GET /api/customers` in the three published versions, with paging, filters and refusals,
and refuses whatever the documentation rules out. It has no other list and no other method; it knows
one key, has no rate limit, and is slow or faulty only when told to be. Where the documentation is
silent, it shows one possible behaviour (`app` says which), or the one that is asked for.

    with SequenceAPI(customers=250, seed=7) as api:
        requests.get(f"{api.url}/customers", auth=(api.client_id, api.client_secret))
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Self, cast

from standins.sequence_api import faults
from standins.sequence_api.app import API, FILTERS, LastPage
from standins.sequence_api.customers import Customers, Selection
from standins.sequence_api.messages import Answer, Request
from standins.sequence_api.people import (
    ABSENT,
    VERSIONS,
    Customer,
    Population,
    RawCustomer,
    field_names,
    micros_of,
    raw_customers,
    text_of,
)
from standins.sequence_api.server import Server, drop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from standins.sequence_api.server import Receive, Scope, Send

__all__ = ["ABSENT", "VERSIONS", "Customer", "Request", "SequenceAPI", "faults"]

CLIENT_ID: Final = "sample-client-id"
CLIENT_SECRET: Final = "sample-client-secret"  # noqa: S105  a sample, known to everybody
NEWEST: Final = "2025-09-30T16:47:48.63792Z"


class SequenceAPI(API):
    """The API, served while the `with` block runs.

    Arguments that are also attributes can be changed while it runs.

    Args:
        customers: How many to generate; or which ones, each a mapping with some of its fields, the
            others generated, oldest first unless `createdAt` is given.
        seed: The same seed gives the same customers.
        raw: `customers` contains items that are sent verbatim in every version, however malformed;
            see `add_raw`.
        version: The version that the key is pinned to, for requests that name none.
        newest: When the last of the generated customers was created. It does not follow the clock,
            so that a run can be repeated.
        client_id: The expected user name.
        client_secret: The expected password.
        last_page: How a page says that there is no next or previous one: "missing", "null" or
            "empty", which means an empty string.
        total: Whether to send `totalResultSize`.
        latency: Minimum duration of each request, in seconds.
        port: Where it listens; 0 for any free port.

    Attributes:
        requests: The requests so far, oldest first.
        down: Whether to drop every connection at its next request.
    """

    def __init__(  # noqa: PLR0913  one keyword for each thing the documentation leaves open
        self,
        customers: int | Iterable[object] = 250,
        *,
        seed: int = 7,
        raw: bool = False,
        version: str = VERSIONS[-1],
        newest: str = NEWEST,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        last_page: LastPage = "missing",
        total: bool = True,
        latency: float = 0,
        port: int = 0,
    ) -> None:
        super().__init__(
            Customers(),
            client_id=client_id,
            client_secret=client_secret,
            version=version,
            last_page=last_page,
            total=total,
        )
        self.latency = latency
        self.down = False
        self.requests: list[Request] = []
        self._newest = micros_of(newest)
        self._population = Population(seed)
        self._faults = faults.Faults()
        self._raised: list[Exception] = []
        self._server = Server(self._serve, port)
        if isinstance(customers, int):
            self._customers.add(self._population.settled(customers, self._newest))
        elif raw:
            self._customers.add(raw_customers(customers))
        else:
            partial = cast("Iterable[Mapping[str, object]]", customers)
            self._customers.add(self._population.given(partial, self._newest))

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
        """The URL without `/customers`."""
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server.start()

    def stop(self) -> None:
        """Refuse connections, and drop those that are open, whatever they are waiting for."""
        self._server.stop()

    def warm(self, version: str | None = None) -> None:
        """Render all customers, so that a benchmark measures its client and not this server."""
        with self._customers.lock:
            for customer in self._customers.selected(Selection(archived=True)):
                customer.body(version or self.version)

    def clear(self) -> None:
        """Forget the requests."""
        self.requests.clear()

    def fail(
        self,
        fault: faults.Fault,
        times: int | None = 1,
        when: Callable[[Request], bool] | None = None,
        skip: int = 0,
    ) -> None:
        """Script a fault. Those scripted earlier come first, and each request is hit by only one.

        An error raised by a function in the fault, or by `when`, is answered with 500, and raised
        again at the end of the `with` block.

        Args:
            fault: One of `faults`.
            times: How many requests it hits; None for all.
            when: Which requests it may hit; all of them if not given.
            skip: How many of these to let pass first, counted from now, hit by other faults or not.
        """
        with self._customers.lock:
            self._faults.queue.append(faults.Script(fault, times, when, skip))

    def recover(self) -> None:
        """Forget the faults that are still pending."""
        with self._customers.lock:
            self._faults.queue.clear()

    @property
    def pending(self) -> int:
        """How many scripted faults are still pending or in effect."""
        with self._customers.lock:
            return len(self._faults.queue)

    @property
    def customers(self) -> list[Customer]:
        """All customers, archived ones included, oldest first."""
        with self._customers.lock:
            return list(self._customers.selected(Selection(archived=True)))

    def listed(
        self, version: str | None = None, *, include_archived: bool = True, **filters: str
    ) -> list[object]:
        """The items that a client must receive, newest first.

        Args:
            version: The version that the client asks for; the pinned one if not given.
            include_archived: As in the client's request, but true if not given.
            **filters: As in the client's request; `legal_name` means `legalName`.
        """
        named = {name: str(value) for name, value in field_names(filters, FILTERS).items()}
        selection = Selection(archived=include_archived, filters=frozenset(named.items()))
        with self._customers.lock:
            chosen = list(self._customers.selected(selection))
        return [customer.item(version or self.version) for customer in reversed(chosen)]

    def add(self, n: int = 1, **fields: object) -> list[Customer]:
        """Add new customers, each created up to a few seconds after all others.

        Args:
            n: How many.
            **fields: Values not to be generated, for each of them: `created_at`, `legal_name`, or
                the API's names. `ABSENT` leaves a field out, None makes it null.
        """
        named = field_names(fields)
        added = []
        with self._customers.lock:
            newest = self._customers.newest
            after = self._newest if newest is None else newest
            for _ in range(n):
                customer = self._population.newcomer(after)
                after = customer.micros
                customer.update(named)
                added.append(customer)
            self._customers.add(added)
        return added

    def add_raw(self, *items: object) -> None:
        """Add items that are sent verbatim in every version.

        An item without a readable `createdAt` is listed at the time of the one given before it; the
        first, at that of the newest customer.
        """
        with self._customers.lock:
            newest = self._customers.newest or self._newest
            self._customers.add(raw_customers(items, newest, self._customers.ids))

    def change(self, identity: str, **fields: object) -> Customer:
        """Change fields of a customer, named as in `add`; those of a raw item verbatim.

        Raises:
            KeyError: If there is no such customer.
        """
        with self._customers.lock:
            customer = self._customers[identity]
            named = fields if isinstance(customer, RawCustomer) else field_names(fields)
            self._customers.take(identity)
            try:
                customer.update(named)
            finally:
                self._customers.add([customer])
        return customer

    def archive(self, identity: str) -> Customer:
        """Archive a customer, at the creation time of the newest one."""
        with self._customers.lock:
            return self.change(identity, archivedAt=text_of(self._customers.newest or self._newest))

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
        # uvicorn closes the connection if an answer is left unfinished
        await send({"type": "http.response.body", "body": body, "more_body": not whole})

    async def _outcome(self, request: Request) -> Answer | None:
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            due: list[faults.Fault] = []
            if self._faults.queue:
                with self._customers.lock:
                    due = self._faults.take(request)
            for fault in due:
                answer = await fault.send(request, lambda: self.answer(request))
                if fault.instead:
                    return answer
            return self.answer(request)
        except Exception as error:  # noqa: BLE001  a test's own function may raise anything
            self._raised.append(error)
            return Answer(500)
