"""A call that goes wrong, what its caller sees, and what holds for every one of them."""

import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from traceback import TracebackException
from typing import Any

import httpx2

from mistralai.client._call.retry import BackoffStrategy, RetryConfig
from mistralai.client.errors import APIConnectionError, MistralClientError, MistralError, SDKError
from mistralai.client.models import CompletionEvent
from mistralai.simulator import ScenarioLike

from .colours import Colour, SyncColour
from .flows import DONE, KEY, ROLE, STOP, text
from .logs import Lines
from .serving import ASK

STREAM = (ROLE, text("Hel"), text("lo"), STOP, DONE)
"""A short stream, an event a piece."""

HELD = 1
"""How many of its events open it without content."""

WHOLE = 4
"""After how many of its events the answer is complete."""

ECHO = ("", "Hello", " there", "")
"""The text of each event of the simulator's answer to `ASK`."""


def quickly(within: int = 10_000, **settings: Any) -> RetryConfig:
    """Retries with a millisecond between them, for so many milliseconds."""
    backoff = BackoffStrategy(1, 1, 1.0, within, jitter_ms=0)
    return RetryConfig(
        **{"retry_connection_errors": True, **settings}, strategy="backoff", backoff=backoff
    )


def once_more() -> RetryConfig:
    """One retry, a millisecond later: the wait before a second one is too long to begin."""
    return RetryConfig(
        "backoff", BackoffStrategy(1, 100_000, 1e6, 10**6, 0), retry_connection_errors=True
    )


@contextmanager
def callers_own(colour: Colour, **settings: Any) -> Iterator[dict[str, Any]]:
    """Give HTTP clients of a caller's own, as settings of a client."""
    client, async_client = httpx2.Client(**settings), httpx2.AsyncClient(**settings)
    yield {"client": client, "async_client": async_client}
    # The other one has opened nothing.
    colour.shut(client if isinstance(colour, SyncColour) else async_client)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A row of the table: what goes wrong, and what the caller sees of it.

    Attributes:
        server: What the simulator answers.
        client: Settings of the client.
        call: Settings of the call.
        error: The class of the error, or `None` where the answer is whole.
        httpx: The class of httpx2 that the error is as well.
        says: What stands in the error's text.
        has: Attributes of the error, or of its `error`.
        delivered: The text of each event that is delivered; `None` where that is left to chance.
        end_reason: How the stream ended, where it began.
        requests: How many requests the server got.
        statuses: The status of each attempt, where the stream began.
        whole: Whether the same holds of a call that does not stream.
    """

    server: ScenarioLike
    client: Mapping[str, Any] = field(default_factory=dict)
    call: Mapping[str, Any] = field(default_factory=dict)
    error: type[MistralClientError] | None = None
    httpx: type[Exception] = Exception
    says: tuple[str, ...] = ()
    has: Mapping[str, Any] = field(default_factory=dict)
    delivered: tuple[str, ...] | None = ()
    end_reason: str | None = None
    requests: int = 1
    statuses: tuple[int | None, ...] | None = None
    whole: bool = False


def expect(error: MistralClientError | None, fault: Fault) -> None:
    """Check that an error is the one that the table has."""
    assert fault.error is not None
    assert isinstance(error, fault.error)
    assert isinstance(error, fault.httpx)
    for said in fault.says:
        assert said in str(error)
    details = error.error if isinstance(error, SDKError) else None
    for name, value in fault.has.items():
        place = details if name in {"code", "message"} else error
        assert (name, getattr(place, name)) == (name, value)


@dataclass
class Outcome:
    """What the caller of a stream sees.

    Attributes:
        stream: The stream, if it began.
        events: The events that it delivered.
        error: What it ended with.
        lines: What was logged.
    """

    stream: Any = None
    events: list[CompletionEvent] = field(default_factory=list)
    error: MistralClientError | None = None
    lines: Lines = field(default_factory=Lines)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each event, choices of no text included."""
        return tuple(
            choice.delta.content or "" for event in self.events for choice in event.data.choices
        )

    @property
    def sent(self) -> int:
        """How many requests were begun."""
        return sum("] POST " in line for line in self.lines)

    @property
    def end_reason(self) -> str | None:
        """How the stream ended, if it began."""
        return None if self.stream is None else self.stream.end_reason


def read(
    colour: Colour, server_url: str, *, call: Mapping[str, Any] | None = None, **client: Any
) -> Outcome:
    """Ask for a stream and read it to its end, whatever that is."""
    outcome = Outcome()
    made = colour.client(server_url=server_url, api_key=KEY, debug_logger=outcome.lines, **client)
    try:
        outcome.stream = colour.open(made, **ASK, **(call or {}))
        while True:
            outcome.events.append(colour.next(outcome.stream))
    except StopIteration:
        pass
    except MistralClientError as error:
        outcome.error = error
    check(outcome)
    return outcome


def check(outcome: Outcome) -> None:
    """See that what holds for every error holds for this one."""
    error = outcome.error
    if error is not None:
        assert error.events_received == len(outcome.events)
        assert partial_text(error) == "".join(outcome.texts)
        check_class(error)
    assert KEY not in "".join(_shown(outcome))


def check_class(error: MistralClientError) -> None:
    """See that an error is of the network, and what httpx2 raised, or has an answer."""
    cause = error.__cause__
    if isinstance(error, MistralError):
        assert not isinstance(error, APIConnectionError | httpx2.TransportError)
        assert error.status_code == error.raw_response.status_code
        assert error.headers is error.raw_response.headers
    if isinstance(error, APIConnectionError):
        assert isinstance(error, httpx2.TransportError)
    if isinstance(cause, httpx2.TransportError):
        assert isinstance(error, type(cause)), (type(error), cause)


def partial_text(error: MistralClientError) -> str:
    """The text of an answer that broke off."""
    choices = error.partial.choices if error.partial else []
    return "".join(choice.message.content or "" for choice in choices)


def _shown(outcome: Outcome) -> list[str]:
    """All that a program may print or write of what went wrong."""
    shown = [*outcome.lines, repr(outcome.stream)]
    if outcome.error is not None:
        shown += TracebackException.from_exception(outcome.error, capture_locals=True).format()
        shown += [repr(outcome.error), pickle.dumps(outcome.error).decode("latin-1")]
    return shown
