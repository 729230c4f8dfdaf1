"""The particulars of a kind of event stream: how its events are read, and their sum.

`StreamCall` and `Attempts` know streams by an `EventFormat` alone. There is one value of it for
chat completions (`reader.COMPLETIONS`), one for conversations (`conversationreader.CONVERSATIONS`),
and one for any events (`rawreader.RAW`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._answer.facts import Facts
    from ..errors import MistralError
    from ..sse import ServerSentEvent
    from .response import Head

EndReason = Literal["done", "finish_reason_only", "done_only", "truncated", "closed", "error"]
"""How a stream ended: with `[DONE]` and finish reasons, with one of the two, or in a worse way."""

DONE: Final = b"[DONE]"


class Event(Protocol):
    """An event that a stream yields; `data` is what is added to the answer."""

    @property
    def data(self) -> Any: ...


E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)


class Reader(Protocol[E_co]):
    """Turns server-sent events into those that a stream yields; one per attempt.

    Attributes:
        done: True once the event that ends the answer was read; nothing is read after it.
        error: The error that an event reported, or `None`; nothing is read after it.
    """

    done: bool
    error: MistralError | None

    @property
    def complete(self) -> bool:
        """True if the answer is whole, so that a broken connection takes nothing away from it."""
        ...

    @property
    def end_reason(self) -> EndReason:
        """The end reason of the answer if its body ended now."""
        ...

    def read(self, sse: ServerSentEvent | bytes) -> E_co | None:
        """Return the event in a server-sent event, or `None` if there is none.

        Args:
            sse: The event, or only its data if it has nothing else.
        """
        ...

    def read_unfinished(self, data: bytes) -> None:
        """Read the end of the body, which is not a complete server-sent event."""
        ...


class Answer(Protocol):
    """The answer that events add up to."""

    @property
    def usage(self) -> Any:
        """The last usage that was received; `None` until then."""
        ...

    @property
    def complete(self) -> bool:
        """True if nothing is missing."""
        ...

    def add(self, data: Any, /) -> None:
        """Add the data of the next event."""
        ...

    def facts(self) -> Facts:
        """Return what is known of the answer so far, for observers."""
        ...

    def snapshot(self) -> Any:
        """Return the model of the answer so far, `None` if these events add up to none."""
        ...


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class EventFormat(Generic[E, A]):
    """One kind of event stream.

    Attributes:
        reader: Makes the reader of an attempt, of its headers and the seconds since the epoch.
        answer: Makes the answer, empty.
        has_content: Returns whether an event is worth waiting for: it ends the wait for the first
            event, and its attempt is not replaced by another.
        ending: What a whole answer ends with, for the error of one that does not.
        partial: Where the answer so far is, for errors in mid-answer; empty if it is nowhere.
        advice: What to do about a body that is no event stream.
    """

    reader: Callable[[Head, float], Reader[E]]
    answer: Callable[[], A]
    has_content: Callable[[E], bool]
    ending: str = ""
    partial: str = "The answer so far is in .partial"
    advice: str = "is server_url the address of a chat API?"
