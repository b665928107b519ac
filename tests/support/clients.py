"""A client of the stand-in for Sequence's API."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests

from standins.sequence_api import SequenceAPI

if TYPE_CHECKING:
    from collections.abc import Iterator


class Client:
    """A client that reads what it is told to, and asserts nothing."""

    def __init__(self, api: SequenceAPI) -> None:
        self.api = api
        self.session = requests.Session()
        self.session.auth = (api.client_id, api.client_secret)

    def get(
        self, query: str = "", timeout: float | tuple[float, float] = 5, **headers: str
    ) -> requests.Response:
        """One answer, whatever it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.api.url}/customers{query and '?'}{query}"
        return self.session.get(url, headers=named, timeout=timeout)

    def page(self, **parameters: object) -> dict[str, Any]:
        """One answer, decoded; anything but a page is an error."""
        answer = self.get(urlencode(parameters))
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def pages(self, **parameters: object) -> Iterator[list[Any]]:
        """The items of one page after the other."""
        while True:
            page = self.page(**parameters)
            yield page["items"]
            if not (after := page["pagination"].get("after")):
                return
            parameters["after"] = after

    def ids(self, **parameters: object) -> list[str]:
        """The ids of all pages, archived customers included unless the parameters say no."""
        parameters = {"includeArchived": "true", "limit": 100} | parameters
        return [item["id"] for page in self.pages(**parameters) for item in page]


@contextmanager
def client_of(*args: Any, **kwargs: Any) -> Iterator[Client]:
    """A client and its API, made with these arguments."""
    with SequenceAPI(*args, **kwargs) as api:
        client = Client(api)
        with client.session:
            yield client


def oldest_first(api: SequenceAPI) -> list[str]:
    """The ids of all customers."""
    return [customer.id for customer in api.customers]


def refused(answer: requests.Response) -> list[str]:
    """Which parameters an answer refuses."""
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    return [error["key"] for error in answer.json()["errors"]]
