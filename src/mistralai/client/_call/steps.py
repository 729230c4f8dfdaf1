"""What a flow asks for, what it is given, and what it knows from the start."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from ..sse import DEFAULT_MAX_EVENT_SIZE

if TYPE_CHECKING:
    from .request import Request
    from .retry import Policy
    from .timeouts import Timeouts

T = TypeVar("T")

DEFAULT_MAX_RESPONSE_SIZE: Final = 256 * 1024 * 1024
"""Bytes of a whole answer, decompressed: far above anything the API sends."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request.

    Attributes:
        request: What to send.
        connect: Seconds to get a connection.
        answer: Seconds from sending to the head of the answer.
        until: The moment of the clock at which all of it must be over.
        silence: Seconds that a wait in the body may last at most.
    """

    request: Request
    connect: float | None
    answer: float | None
    until: float | None = None
    silence: float | None = None


@dataclass(slots=True)  # to freeze it would triple what it costs, and there is one for each token
class Read:
    """Read from the body.

    Attributes:
        deadline: The moment of the clock at which waiting ends, or `None`.
        late: Whether what is there by then may be read afterwards too.
    """

    deadline: float | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """Be done with the answer."""


Step: TypeAlias = Send | Read | Sleep | Close
Steps: TypeAlias = Generator[Step, Any, T]


@dataclass(frozen=True, slots=True)
class Environment:
    """What a flow cannot know by itself.

    Attributes:
        clock: Seconds of a clock that never goes back.
        wall_clock: Seconds since the epoch.
        random: A random number, at least 0 and below 1.
        log: Takes a line; `None` where nobody listens.
    """

    clock: Callable[[], float]
    wall_clock: Callable[[], float]
    random: Callable[[], float]
    log: Callable[[str], object] | None = None


@dataclass(frozen=True, slots=True)
class CallSpec:
    """What is asked, and how much it may take."""

    request: Request
    policy: Policy
    timeouts: Timeouts
    strict_end: bool = True
    max_event_size: int = DEFAULT_MAX_EVENT_SIZE
    max_response_size: int = DEFAULT_MAX_RESPONSE_SIZE
