"""Answers of the server, as data: steps, and an ending.

An `Answer` is a status, headers and a body in pieces. A `Wire` is one level lower: every byte of
the connection, including the status line. Each `bytes` among the steps is one `send`, so a
boundary between steps is a boundary on the network.
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
"""The end of an answer, after its last step.

* `clean`: the body is ended by its framing; the connection stays open for the next request.
* `close`: the same, then the idle connection is closed without an announcement.
* `cut`: the connection is closed (FIN), without the end that the framing requires.
* `reset`: the connection is reset (RST).
* `hang`: nothing more is sent; the connection stays open until the client closes it.
"""

Framing: TypeAlias = Literal["chunked", "length", "close"]
"""How a body is delimited: by chunks, a `content-length`, or the end of the connection."""


HeadersLike: TypeAlias = Mapping[str, str] | list[tuple[str, str]] | tuple[tuple[str, str], ...]
"""Header fields as arguments: a mapping, or pairs, which may repeat a name."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A step that sends nothing for some time.

    Attributes:
        seconds: The duration, which the simulator's `speed` divides.
    """

    seconds: Seconds

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A step that sends one piece repeatedly.

    Attributes:
        piece: The bytes of each `send`.
        every: Seconds before each `send`.
        count: The number of sends; `None` repeats until the client leaves.
    """

    piece: bytes
    every: Seconds = 0.0
    count: Count | None = None

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class End:
    """A step at which the answer ends; steps after it are ignored.

    Attributes:
        ending: The end of the answer.
    """

    ending: Ending

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Relay:
    """Steps that arrive from another server while they are sent.

    Attributes:
        steps: The steps.
    """

    steps: AsyncGenerator["Step"]


Step: TypeAlias = bytes | Pause | Repeat | Gate | End | Relay
"""An action of the server: send bytes, wait, wait for a test, or end."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Every byte that the connection carries for one answer, including its head.

    Attributes:
        steps: The steps.
        ending: The end after the last step. No ending adds bytes.
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
        headers: Header fields, as a mapping or as pairs; stored as pairs. The server adds
            `content-type`, the field of the framing, `date`, `mistral-correlation-id` and
            `x-kong-request-id` unless they are set here.
        content_type: The `content-type`, unless `headers` has one; `None` sends none.
        body: The steps of the body. A list or a tuple, unless the answer is used only once.
        framing: How the body is delimited.
        ending: The end after the last step.
        before: Steps before the head, such as a `Pause` or a `Gate`.
        head_every: Seconds before each byte of the head; 0 sends it in one piece.
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
        """Build an answer of one JSON value with a `content-length`.

        Args:
            value: The value.
            status: The status code.
            headers: Header fields.
            before: Steps before the head.
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
        """Build a stream with one event, and one `send`, per JSON value.

        Args:
            payloads: The values.
            done: Add `data: [DONE]`.
            headers: Header fields.
            ending: The end after the last event.
        """
        body = [event(compact(payload)) for payload in payloads]
        return cls(headers=headers, body=(*body, DONE) if done else body, ending=ending)


def event(data: bytes) -> bytes:
    """Frame one event: `data: `, the payload, a blank line (wire-format section 4)."""
    return b"data: %b\n\n" % data
