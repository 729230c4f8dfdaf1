"""The steps that a flow yields, and the two values that it starts from.

    Send    -> Head     send the request, return the response headers
    Read    -> bytes    return the next bytes of the body, empty at its end
    Sleep   -> None
    Close   -> None     release the connection, to the pool if the body was read to its end

A driver sends the result of a step in, or throws a `TransportFailure`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from ..sse import DEFAULT_MAX_EVENT_SIZE
from .retry import Repeats

if TYPE_CHECKING:
    from .observed import ObservedCall
    from .request import Request
    from .retry import Policy
    from .timeouts import Timeouts
    from .watching import Watch

T = TypeVar("T")

DEFAULT_MAX_RESPONSE_SIZE: Final = 256 * 1024 * 1024
"""Bytes of a whole answer, decompressed: far above anything the API sends."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request.

    Attributes:
        request: The request.
        connect: Timeout for connecting, in seconds.
        answer: Timeout from the request being sent to the response headers, in seconds.
        until: The moment of the clock at which all of it must be over.
        silence: The longest that a single read of the body may wait, in seconds.
    """

    request: Request
    connect: float | None
    answer: float | None
    until: float | None = None
    silence: float | None = None


@dataclass(slots=True)  # frozen, it would cost three times as much, and there is one per token
class Read:
    """Read from the body.

    Attributes:
        deadline: The moment of the clock at which waiting ends, or `None`.
        late: True if data that is already buffered may be read after the deadline.
    """

    deadline: float | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """Release the connection of the current attempt."""


Step: TypeAlias = Send | Read | Sleep | Close
Steps: TypeAlias = Generator[Step, Any, T]
"""A flow. Any: the type of a generator cannot say that the result depends on the step."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The outside world of a flow: clocks, randomness and the log.

    Attributes:
        clock: Returns the seconds of a monotonic clock.
        wall_clock: Returns the seconds since the epoch.
        random: Returns a random number, at least 0 and below 1.
        log: Takes a line; `None` if logging is off.
        watch: Those who observe the call; `None` if nobody does.
    """

    clock: Callable[[], float]
    wall_clock: Callable[[], float]
    random: Callable[[], float]
    log: Callable[[str], object] | None = None
    watch: Watch | None = None


@dataclass(frozen=True, slots=True)
class CallSpec:
    """The request of a call, and the rules that the call follows.

    Attributes:
        request: The request.
        policy: When to retry, and after how long.
        timeouts: As `resolve` returns them.
        strict_end: True if a truncated stream is an error.
        max_event_size: Bytes of one server-sent event.
        max_response_size: Bytes of an answer that is not a stream, decompressed.
        observed: The call as observers see it; `None` if there are none.
        repeats: After which failures the request may be sent again at all.
    """

    request: Request
    policy: Policy
    timeouts: Timeouts
    strict_end: bool = True
    max_event_size: int = DEFAULT_MAX_EVENT_SIZE
    max_response_size: int = DEFAULT_MAX_RESPONSE_SIZE
    observed: ObservedCall | None = None
    repeats: Repeats = Repeats.ANY
