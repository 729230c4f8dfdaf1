"""Calls run by hand: a script is the network, and the clock moves only in waits."""

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from math import inf
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

import httpx2

from mistralai.client._answer.accumulate import Accumulator
from mistralai.client._call.failure import Kind, TransportFailure
from mistralai.client._call.flow import Call, StreamCall
from mistralai.client._call.reader import COMPLETIONS
from mistralai.client._call.request import Key, Request
from mistralai.client._call.response import Head
from mistralai.client._call.retry import Policy
from mistralai.client._call.steps import (
    CallSpec,
    Close,
    Environment,
    Read,
    Send,
    Sleep,
    Step,
    Steps,
)
from mistralai.client._call.timeouts import Timeouts, resolve
from mistralai.client.errors import MistralClientError
from mistralai.client.models import CompletionEvent

T = TypeVar("T")

KEY = "a-key-that-nobody-may-see"
HOST = "api.example"
URL = f"https://{HOST}/v1/chat/completions"
EPOCH = 1_700_000_000.0
"""Seconds since the epoch when a call begins."""

# --- what a server says ------------------------------------------------------

DONE = b"data: [DONE]\n\n"


def sse(payload: object, event: str | None = None) -> bytes:
    """An event with `payload` as JSON."""
    name = "" if event is None else f"event: {event}\n"
    return f"{name}data: {json.dumps(payload)}\n\n".encode()


def delta(finish_reason: str | None = None, *, index: int = 0, **fields: Any) -> bytes:
    """An event with one choice and a delta of `fields`."""
    choice = {"index": index, "delta": fields, "finish_reason": finish_reason}
    return sse({"id": "1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]})


ROLE = delta(role="assistant", content="")
STOP = delta("stop", content="")
RATE_LIMIT = {"object": "error", "message": "Rate limit exceeded", "type": "rate_limited"}
RATE_LIMIT |= {"param": None, "code": "1300"}


def text(content: str, *, index: int = 0) -> bytes:
    """An event with a piece of text."""
    return delta(index=index, content=content)


def said(events: Iterable[CompletionEvent]) -> list[str | None]:
    """The text of each event; `None` for one that has none."""
    return [event.data.choices[0].delta.content or None for event in events]


# --- what a network does -----------------------------------------------------


@dataclass(frozen=True)
class Wait:
    """Nothing happens for so many seconds."""

    seconds: float


SILENCE = Wait(inf)

Piece: TypeAlias = bytes | Wait | TransportFailure


@dataclass(frozen=True)
class Reply:
    """What comes of one request.

    Attributes:
        body: Pieces of the body, with waits and failures between them; then it ends.
        status: The status of its head.
        headers: The headers of its head.
        connect: Seconds until there is a connection.
        head: Seconds from there to the head.
        traced: Whether the transport says when the request was sent.
    """

    body: tuple[Piece, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    connect: float = 0.0
    head: float = 0.0
    traced: bool = True


def answers(*body: Piece, status: int = 200, **headers: str) -> Reply:
    """A reply that comes at once; `_` in the name of a header stands for `-`."""
    body = tuple(piece for piece in body if piece != b"")  # which would be the end
    return Reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def refuses(status: int, payload: object = None, **headers: str) -> Reply:
    """A reply with an error status and `payload` as JSON."""
    body = b"" if payload is None else json.dumps(payload).encode()
    return answers(body, status=status, **headers)


def fails(
    kind: Kind,
    cause: type[Exception] = httpx2.ReadError,
    text: str = "gone",
    *,
    stale: bool = False,
) -> TransportFailure:
    """A failure of the network, as a driver reports it."""
    error = cause(text)
    if isinstance(error, httpx2.RequestError):
        error.request = httpx2.Request("POST", URL, headers={"authorization": f"Bearer {KEY}"})
    return TransportFailure(kind, error, stale=stale)


def least(one: float | None, other: float | None) -> float | None:
    """The smaller of two limits, either of which may be none."""
    return min((limit for limit in (one, other) if limit is not None), default=None)


class Clock:
    """A clock that stands still unless it is moved.

    Attributes:
        now: What it shows.
        step: Seconds that pass between two looks at it.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.step = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class Network:
    """Carries out the steps of a flow by a script, and notes each one.

    Attributes:
        steps: The steps so far.
        sleeps: When each wait between attempts began, and its seconds.
        oversleeps: Seconds that every sleep takes too long.
    """

    def __init__(self, replies: Iterable[Reply | TransportFailure], clock: Clock) -> None:
        self.steps: list[Step] = []
        self.sleeps: list[tuple[float, float]] = []
        self.oversleeps = 0.0
        self._clock = clock
        self._replies = iter(replies)
        self._body: deque[Piece] | None = None

    def run(self, steps: Steps[T]) -> T:
        """Carry out steps to their end, and give what they return."""
        try:
            step = next(steps)
            while True:
                step = self._next(steps, step)
        except StopIteration as end:
            value: T = end.value
            return value

    def run_to(self, kind: type[Step], steps: Steps[object]) -> None:
        """Carry out steps up to the first of a kind, which is left undone."""
        step = next(steps)
        while not isinstance(step, kind):
            step = self._next(steps, step)

    def _next(self, steps: Steps[object], step: Step) -> Step:
        try:
            result = self._do(step)
        except TransportFailure as failure:
            return steps.throw(failure)
        return steps.send(result)

    def _do(self, step: Step) -> object:
        self.steps.append(step)
        assert len(self.steps) < 50_000, "a flow without an end"
        match step:
            case Send():
                return self._send(step)
            case Read():
                return self._read(step)
            case Sleep():
                self.sleeps.append((self._clock.now, step.seconds))
                self._clock.now += step.seconds + self.oversleeps
            case Close():
                self._body = None
        return None

    def _send(self, step: Send) -> Head:
        for limit in (step.connect, step.answer):
            assert limit is None or limit > 0, "a limit that no socket takes"
        reply = next(self._replies, None)
        assert reply, "a request that the script does not expect"
        if isinstance(reply, TransportFailure):
            raise reply
        self._wait(reply.connect, step.connect, "connect_timeout")
        left = None if step.until is None else max(0.001, step.until - self._clock.now)
        self._wait(reply.head, least(step.answer, left), "timeout")
        self._body = deque(reply.body)
        request = httpx2.Request("POST", step.request.url, headers=step.request.all_headers())
        response = httpx2.Response(reply.status, headers=reply.headers, request=request)
        waited = reply.head if reply.traced else None
        return Head(reply.status, response.headers, response, waited)

    def _read(self, step: Read) -> bytes:
        body = self._body
        assert body is not None, "a body that was closed is read"
        if step.deadline is not None and step.deadline < self._clock.now and not step.late:
            raise fails("timeout", httpx2.ReadTimeout)
        while body:
            piece = body.popleft()
            if isinstance(piece, bytes):
                return piece
            if isinstance(piece, TransportFailure):
                raise piece
            left = None if step.deadline is None else max(0.0, step.deadline - self._clock.now)
            if left is not None and piece.seconds > left:
                body.appendleft(Wait(piece.seconds - left))
            self._wait(piece.seconds, left, "timeout")
        return b""

    def _wait(
        self, seconds: float, limit: float | None, kind: Literal["connect_timeout", "timeout"]
    ) -> None:
        late = limit is not None and seconds > limit
        passed = limit if late else seconds
        assert passed is not None
        assert passed < inf, "nothing would end this wait"
        self._clock.now += passed
        if late:
            cause = httpx2.ConnectTimeout if kind == "connect_timeout" else httpx2.ReadTimeout
            raise fails(kind, cause)


class Outcome(NamedTuple):
    """What the caller of a stream gets: events, then perhaps an error."""

    events: list[CompletionEvent]
    error: MistralClientError | None


class ByHand:
    """One call against a script of replies.

    Attributes:
        call: The call.
        clock: Its clock.
        network: What carries out its steps.
        lines: What it logged.
        timeouts: Its timeouts, all of them set.
        began: When it began.
    """

    def __init__(
        self,
        *replies: Reply | TransportFailure,
        more: Iterable[Reply | TransportFailure] = (),
        policy: Policy | None = None,
        timeouts: Timeouts | None = None,
        chance: float = 0.0,
        stream: bool = True,
        url: str = URL,
        log: bool = True,
        **plan: Any,
    ) -> None:
        self.clock = Clock()
        self.network = Network(chain(replies, more), self.clock)
        self.lines: list[str] = []
        began = self.clock.now
        world = Environment(
            clock=self.clock,
            wall_clock=lambda: EPOCH + self.clock.now - began,
            random=lambda: chance,
            log=self.lines.append if log else None,
        )
        request = Request("POST", url, Key(KEY), b"{}", stream=stream)
        self.timeouts = resolve([timeouts or Timeouts()])
        settings = CallSpec(request, policy or Policy(), self.timeouts, **plan)
        self.began = began
        self.call = StreamCall(settings, world, COMPLETIONS) if stream else Call(settings, world)

    @property
    def stream_call(self) -> StreamCall[CompletionEvent, Accumulator]:
        """The call, which is one of a stream."""
        assert isinstance(self.call, StreamCall)
        return self.call

    def answer(self, read: Callable[[bytes], Any] = bytes) -> Any:
        """Ask for a whole answer, and give what `read` makes of its body."""
        return self.network.run(self.call.answer(read))

    def stream(self) -> Outcome:
        """Read a stream to its end."""
        call = self.stream_call
        events: list[CompletionEvent] = []
        try:
            self.network.run(call.open())
        except MistralClientError as error:
            return Outcome(events, error)
        while call.end_reason is None:
            events += self.pump()
        return Outcome(events, call.error)

    def pump(self) -> list[CompletionEvent]:
        """Read until events are ready, and take them."""
        call = self.stream_call
        self.network.run(call.pump())
        return [call.take() for _ in range(len(call.ready))]

    def steps(self, *kinds: type[Step]) -> list[Step]:
        """The steps of some kinds, in order."""
        return [step for step in self.network.steps if isinstance(step, kinds)]

    @property
    def requests(self) -> int:
        """Requests that were sent."""
        return len(self.steps(Send))

    @property
    def sleeps(self) -> list[float]:
        """Seconds of each wait between attempts."""
        return [seconds for _, seconds in self.network.sleeps]

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self.clock.now - self.began


GOOD = answers(ROLE, text("a"), STOP, DONE)


def check_good(hand: ByHand) -> None:
    """The call ends with the events of `GOOD`."""
    events, error = hand.stream()
    assert error is None
    assert said(events) == [None, "a", None]
