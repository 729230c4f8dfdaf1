"""Requests as the server received them, for tests to inspect."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from .jsonvalues import is_object
from .signals import Signal


class Fields(Mapping[str, str]):
    """Header fields, looked up without regard to case.

    The last value of a repeated name wins; `pairs` has all of them.

    Args:
        pairs: Names and values in the order received.
    """

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs
        """Names in lower case and their values, in the order received."""
        self._values = dict(pairs)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Fields({self.pairs!r})"


@dataclass(frozen=True)  # no slots: `json` is cached
class Request:
    """One complete request.

    Attributes:
        method: `GET`, `POST` and so on.
        target: The request target as sent, with its query.
        headers: The header fields.
        body: The body's bytes, without their transfer encoding.
        number: The number of the request on this server, from 1.
        connection: The number of its TCP connection, from 1.
        http_version: `1.1` or `1.0`.
        received_at: The time at which it was complete, in seconds of the simulator's event loop.
        answered: Happens when the complete answer has been sent, including its ending; never if
            the client left before.
        closed: Happens when the connection is closed, by the client or by the server.
    """

    method: str
    target: str
    headers: Fields = field(repr=False)
    body: bytes = field(repr=False)
    number: int
    connection: int
    http_version: str = "1.1"
    received_at: float = field(default=0.0, repr=False, compare=False)
    answered: Signal = field(
        default_factory=lambda: Signal("the end of the answer"), repr=False, compare=False
    )
    closed: Signal = field(
        default_factory=lambda: Signal("the close of the connection"), repr=False, compare=False
    )

    @property
    def path(self) -> str:
        """The path of the target, without its query."""
        return urlsplit(self.target).path

    @cached_property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: The body is not valid JSON.
        """
        return json.loads(self.body)


def unchecked_body(request: Request) -> Mapping[str, Any]:
    """Return the body of a request that is not checked yet; empty if it is not a JSON object."""
    try:
        body = request.json
    except (ValueError, RecursionError):
        return {}
    return body if is_object(body) else {}
