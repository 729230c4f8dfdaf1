"""Results of an application's `ask`: `Answer`, or `Refused` raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .types import NO_HEADERS

if TYPE_CHECKING:
    from .types import Headers


@dataclass(frozen=True, slots=True)
class Answer:
    """A source, with what its answer is called.

    Attributes:
        source: What `Relay.start` takes: what `stream_async` returns, an async iterator of deltas,
            or a function that makes one.
        key: The key of the answer; `None`: the one in the request. Another one than the client
            asked for is returned to it in the header `x-relay-id`.
        message_id: The id of the message; `None`: the one that the API gives the completion.
    """

    source: Any
    key: str | None = None
    message_id: str | None = None


class Refused(Exception):  # noqa: N818 - it is an answer, and no failure of a program
    """A request that is refused, raised by `ask` or `may`.

    Attributes:
        status: The status of the response, from 400 to 599.
        sentence: What the client is told, in plain text.
        headers: More headers of the response, such as `retry-after`.
    """

    def __init__(self, status: int, sentence: str, *, headers: Headers = NO_HEADERS) -> None:
        if not 400 <= status <= 599:
            raise ValueError(f"status is {status}; a refusal has one from 400 to 599, such as 403")
        super().__init__(status, sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers)

    def __str__(self) -> str:
        return f"{self.status}: {self.sentence}"
