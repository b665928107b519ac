"""Sequence's API on 127.0.0.1, as far as its published documents tell.

It answers `GET /api/customers` in the three published versions: its paging, its filters, its
refusals. It refuses what the documents rule out. It is no other list and no other method; it knows
one key, counts no rate, and is slow or faulty only when told to. Where the documents are silent it
shows one of the possible behaviours (`app` says which), or the one that is asked for.

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

    Settings that are attributes of the same name can be set while it runs.

    Args:
        customers: How many are drawn; or which ones, each a mapping with some of its fields, the
            others drawn, oldest first where no `createdAt` is given.
        seed: The same seed gives the same customers.
        raw: `customers` holds items that are answered word for word in every version, however
            malformed; see `add_raw`.
        version: What the key is pinned to: the version for requests that name none.
        newest: When the last of the drawn customers was created. It does not follow the clock, so
            that a run can be repeated.
        client_id: The user name that is asked for.
        client_secret: The password that is asked for.
        last_page: How a page says that there is no next or previous one: "missing", "null" or
            "empty", the last meaning an empty string.
        total: Whether `totalResultSize` is told.
        latency: Seconds that each request takes at least.
        port: Where it listens; 0 for any free port.

    Attributes:
        requests: What was asked so far, oldest first.
        down: Drop every connection at its next request.
    """

    def __init__(  # noqa: PLR0913  one keyword for each thing the documents leave open
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
        """What stands in front of `/customers`."""
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server.start()

    def stop(self) -> None:
        """Refuse connections; those that are open are dropped, whatever they wait for."""
        self._server.stop()

    def warm(self, version: str | None = None) -> None:
        """Render all customers, so that a benchmark measures its client and not this."""
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
        """Script a fault; those scripted earlier come first, and one request meets one of them.

        An error raised by a function in it, or by `when`, is answered with 500, and raised again at
        the end of the `with` block.

        Args:
            fault: One of `faults`.
            times: How many requests it hits; None for all.
            when: Which requests it may hit; all of them if not given.
            skip: How many of these pass first, counted from now, hit by other faults or not.
        """
        with self._customers.lock:
            self._faults.queue.append(faults.Script(fault, times, when, skip))

    def recover(self) -> None:
        """Forget the faults that are still to come."""
        with self._customers.lock:
            self._faults.queue.clear()

    @property
    def pending(self) -> int:
        """How many scripted faults are still to come, or go on."""
        with self._customers.lock:
            return len(self._faults.queue)

    @property
    def customers(self) -> list[Customer]:
        """All of them, archived ones too, oldest first."""
        with self._customers.lock:
            return list(self._customers.selected(Selection(archived=True)))

    def listed(
        self, version: str | None = None, *, include_archived: bool = True, **filters: str
    ) -> list[object]:
        """The items that a client must get, newest first.

        Args:
            version: As a client asks for it; the pinned one if not given.
            include_archived: As a client asks for it; but here true if not given.
            **filters: As a client asks for them; `legal_name` means `legalName`.
        """
        named = {name: str(value) for name, value in field_names(filters, FILTERS).items()}
        selection = Selection(archived=include_archived, filters=frozenset(named.items()))
        with self._customers.lock:
            chosen = list(self._customers.selected(selection))
        return [customer.item(version or self.version) for customer in reversed(chosen)]

    def add(self, n: int = 1, **fields: object) -> list[Customer]:
        """New customers, each created up to some seconds after all others.

        Args:
            n: How many.
            **fields: What is not to be drawn, for each of them: `created_at`, `legal_name`, or
                under the API's names. `ABSENT` leaves a field out, None makes it null.
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
        """Items that are answered word for word in every version.

        One without a readable `createdAt` is listed as of the time of the one given before it, the
        first one with the newest customers.
        """
        with self._customers.lock:
            newest = self._customers.newest or self._newest
            self._customers.add(raw_customers(items, newest, self._customers.ids))

    def change(self, identity: str, **fields: object) -> Customer:
        """Change fields of a customer, named as in `add`; those of a raw item word for word.

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
        """Archive a customer, as of the time of the newest one."""
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
        # uvicorn closes the connection of an answer that is left unfinished
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
