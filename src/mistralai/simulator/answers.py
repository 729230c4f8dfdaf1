"""What the server sends, as data: steps, and how the answer ends.

An `Answer` is a status, headers and a body in pieces. A `Wire` is the same one level below: every
byte of the connection, the status line included. Each `bytes` among the steps is one `send` of
its own, so a boundary that stands here is a boundary on the network.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, TypeAlias

from .bounds import AnyStatus, Count, Seconds, check
from .jsonvalues import compact
from .signals import Gate

EVENT_STREAM: Final = "text/event-stream; charset=utf-8"
"""The content type of a stream (wire-format section 4)."""
JSON: Final = "application/json"
"""The content type of an answer that does not stream."""
DONE: Final = b"data: [DONE]\n\n"
"""The last event of a stream (wire-format section 4)."""

Ending: TypeAlias = Literal["clean", "close", "cut", "reset", "hang"]
"""What follows the last step of an answer.

* `clean`: the body is ended as its framing says; the connection stays open for the next request.
* `close`: the same, then the idle connection is closed although nothing announced it.
* `cut`: the connection is closed (FIN), without the end that the framing promised.
* `reset`: the connection is reset (RST).
* `hang`: nothing more is sent; the connection stays until the client closes it.
"""

Framing: TypeAlias = Literal["chunked", "length", "close"]
"""How the end of a body is told: chunks, a `content-length`, or the end of the connection."""


HeadersLike: TypeAlias = Mapping[str, str] | list[tuple[str, str]] | tuple[tuple[str, str], ...]
"""Header fields as they are given: a mapping, or pairs where a name is repeated."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A step that sends nothing for some time.

    Attributes:
        seconds: How long, before the simulator's `speed` divides it.
    """

    seconds: Seconds

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A step that sends one piece over and over.

    Attributes:
        piece: The bytes of each `send`.
        every: Seconds before each of them.
        count: How many; `None` for as long as the client stays.
    """

    piece: bytes
    every: Seconds = 0.0
    count: Count | None = None

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class End:
    """A step at which the answer ends, whatever stands behind it.

    Attributes:
        ending: How it ends.
    """

    ending: Ending

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Relay:
    """Steps of a `Wire` that arrive while it is sent: those of another server.

    Attributes:
        steps: What is sent and when.
    """

    steps: AsyncGenerator["Step"]


Step: TypeAlias = bytes | Pause | Repeat | Gate | End | Relay
"""One thing that the server does: send these bytes, wait, or wait for a test."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Every byte that the connection carries for one answer, its head included.

    Attributes:
        steps: What is sent and when.
        ending: What comes after the last step. Nothing is added by any of them.
    """

    steps: Iterable[Step] = ()
    ending: Ending = "clean"

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True, init=False)
class Answer:
    """One HTTP answer.

    Attributes:
        status: The status code.
        headers: Header fields, as a mapping or as pairs; kept as pairs. The server adds
            `content-type`, the framing's own field, `date`, `mistral-correlation-id` and
            `x-kong-request-id` where they are not given here.
        content_type: The `content-type`, unless `headers` has one; `None` sends none.
        body: What is sent and when. A list or a tuple, unless the answer is used only once.
        framing: How the end of the body is told.
        ending: What comes after the last step.
        before: What happens before the head, such as a `Pause` or a `Gate`.
        head_every: Seconds before each byte of the head; 0 sends it at once.
    """

    status: AnyStatus
    headers: tuple[tuple[str, str], ...]
    content_type: str | None
    body: Iterable[Step]
    framing: Framing
    ending: Ending
    before: tuple[Step, ...]
    head_every: Seconds

    def __init__(
        self,
        *,
        status: int = 200,
        headers: HeadersLike = (),
        content_type: str | None = EVENT_STREAM,
        body: Iterable[Step] = (),
        framing: Framing = "chunked",
        ending: Ending = "clean",
        before: Iterable[Step] = (),
        head_every: float = 0.0,
    ) -> None:
        pairs = headers if isinstance(headers, list | tuple) else headers.items()
        assign = object.__setattr__  # the class is frozen
        assign(self, "status", status)
        assign(self, "headers", tuple((name.lower(), value) for name, value in pairs))
        assign(self, "content_type", content_type)
        assign(self, "body", body)
        assign(self, "framing", framing)
        assign(self, "ending", ending)
        assign(self, "before", tuple(before))
        assign(self, "head_every", head_every)
        check(self)

    @classmethod
    def of_json(
        cls,
        value: Any,
        *,
        status: int = 200,
        headers: HeadersLike = (),
        before: Iterable[Step] = (),
    ) -> Self:
        """Make an answer of one JSON value with a `content-length`.

        Args:
            value: What `json.dumps` takes.
            status: The status code.
            headers: Header fields.
            before: What happens before the head.
        """
        return cls(
            status=status,
            headers=headers,
            content_type=JSON,
            body=(compact(value),),
            framing="length",
            before=before,
        )

    @classmethod
    def of_events(
        cls,
        *payloads: Any,
        done: bool = True,
        headers: HeadersLike = (),
        ending: Ending = "clean",
    ) -> Self:
        """Make a stream of one event for each JSON value, each a `send` of its own.

        Args:
            payloads: What `json.dumps` takes.
            done: Whether `data: [DONE]` follows.
            headers: Header fields.
            ending: What comes after the last event.
        """
        body = [event(compact(payload)) for payload in payloads]
        return cls(headers=headers, body=(*body, DONE) if done else body, ending=ending)


def event(data: bytes) -> bytes:
    """Frame one event: `data: `, the payload, an empty line (wire-format section 4)."""
    return b"data: %b\n\n" % data
