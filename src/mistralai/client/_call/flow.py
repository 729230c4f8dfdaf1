"""One call, as a generator of steps.

A flow says what to do and never does it: it yields a step, is sent the result,
or has a `TransportFailure` thrown in. `transport.py` has two drivers that carry
steps out, one for threads and one for async; retries, limits and the meaning of
every fault are written here, once, as ordinary loops and `try`/`except`.

    Send    -> Head     send the request, give the head of the answer
    Read    -> bytes    give the next bytes of the body, empty at its end
    Sleep   -> None
    Close   -> None     give up the connection, or back if the body was read to its end
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urljoin, urlsplit

from .._answer.accumulate import Accumulator
from ..errors import MistralClientError, MistralError, ResponseValidationError, StreamTruncatedError
from ..errors.mistralerror import request_id
from ..errors.sdkerror import SDKError
from ..sse import EventTooLargeError, SSEDecoder
from .faults import Progress, TransportFailure, transport_error, truncated
from .hiding import hidden, hide
from .reader import EventReader, has_content
from .response import EXCERPT, response_with_body, status_error, unexpected
from .retry import Attempt, retry_after
from .steps import Close, Read, Send, Sleep
from .timeouts import CallClock
from .timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models import CompletionEvent
    from ..sse import ServerSentEvent
    from .reader import EndReason
    from .request import Request
    from .response import Head
    from .steps import CallSpec, Environment, Steps
    from .timeouts import Phase

T = TypeVar("T")

ERROR_BODY_LIMIT: Final = (1024 * 1024, 5.0)
"""Bytes and seconds that the body of an error may take."""

DRAIN_LIMIT: Final = (4096, 0.05)
"""Bytes and seconds that the rest of a body may take after `[DONE]`."""

LATE_READ_LIMIT: Final = 16 * 1024 * 1024
"""Bytes that may be read after `total`: more than the buffers on the way hold."""

HOLD_LIMIT: Final = (1000, 1024 * 1024)
"""Events without content, and bytes of data that they came in, which may be held back."""

_REDIRECTS = 5
DECODE_BATCH = 16
_EARLY = 0.005  # seconds by which a timer may fire before its moment
_BLANK = b"\xef\xbb\xbf \t\r\n"


class Call:
    """One call, over as many attempts as it takes.

    Attributes:
        attempts: The requests that were sent, the last included once it has its answer.
        head: The head of the last answer, or `None`.
        timing: When its parts came.
    """

    __slots__ = (
        "_answered",
        "_content_at",
        "_ended",
        "_freed",
        "_late",
        "_patience",
        "_phase",
        "_plan",
        "_read_at",
        "_request",
        "_retries",
        "_stale",
        "_waiting_since",
        "_world",
        "attempts",
        "head",
        "timing",
    )

    def __init__(self, plan: CallSpec, world: Environment) -> None:
        self.attempts: tuple[Attempt, ...] = ()
        self.head: Head | None = None
        self.timing = Timing()
        self._plan = plan
        self._request = plan.request
        self._world = world
        self._patience = CallClock(plan.timeouts, world.clock())
        self._phase: Phase = "first_event"  # of the wait that is on
        self._read_at = 0.0
        self._content_at: float | None = None
        self._waiting_since = 0.0
        self._late = 0  # bytes that were read after the end of `total`
        self._retries = 0
        self._answered = False  # the attempt that is on has its head
        self._stale = False  # it went over a connection that had died unnoticed
        self._freed = False  # the one retry that such a connection is worth was used
        self._ended = False

    def answer(self, read: Callable[[bytes], T]) -> Steps[T]:
        """Ask, and give what `read` makes of the body; an error that it raises may be retried."""
        while True:
            try:
                yield from self._ask()
                answer = read((yield from self._whole()))
            except MistralClientError as error:
                yield from self._again(error)
            else:
                yield Close()
                self._end("answered")
                return answer

    def send(self) -> Steps[None]:
        """Ask until the answer begins; raise the error that more attempts do not cure."""
        while True:
            try:
                return (yield from self._ask())
            except MistralClientError as error:
                yield from self._again(error)

    def progress(self) -> Progress:
        """How far the call has come."""
        now = self._world.clock()
        return Progress(
            request=self._request,
            head=self.head if self._answered else None,
            events=self.timing.events,
            elapsed=now - self._patience.started,
            since_content=None if self._content_at is None else now - self._content_at,
            phase=self._phase,
            limit=getattr(self._plan.timeouts, self._phase),
        )

    def unexpected(self, body: bytes, wanted: str) -> MistralError:
        """The error for a body that is not what was asked for."""
        assert self.head is not None
        return unexpected(self.head, body, wanted, self._world.wall_clock())

    def _ask(self) -> Steps[None]:
        """One attempt: send, and see that the status is a success."""
        redirects = 0
        while True:
            head = yield from self._send()
            if 200 <= head.status < 300:
                return
            body = yield from self._error_body()
            if redirects == _REDIRECTS and 300 <= head.status < 400:
                raise SDKError(
                    f"the server redirected {_REDIRECTS} times", response_with_body(head, body), ""
                )
            self._request = self._redirected(head, body)
            redirects += 1
            reason = hidden(f"redirected to {self._request.shown_url}", self._request.sent)
            self.attempts += (Attempt(head.status, reason, 0.0),)

    def _send(self) -> Steps[Head]:
        patience = self._patience
        patience.sent()
        self._answered = self._stale = False
        before = self._world.clock()
        self._phase = "first_event"
        left = None if patience.total_at is None else max(0.001, patience.total_at - before)
        step = Send(
            self._request,
            connect=_least(patience.connect, left),
            answer=_least(patience.first_event, left),
            until=patience.total_at,
            silence=_least(patience.silence, left),
        )
        self._log(f"{self._request.method} {self._request.shown_url}")
        head: Head
        try:
            self.head = head = yield step
        except TransportFailure as failure:
            self._stale = failure.stale
            if failure.kind in {"connect_timeout", "timeout"} and self._too_late():
                failure.kind, self._phase = "timeout", "total"
            elif failure.kind == "connect_timeout":
                self._phase = "connect"
            raise transport_error(failure, self.progress()) from failure.cause
        self._answered = True
        now = self._world.clock()
        patience.waited(now - before if head.waited is None else head.waited)
        self._waiting_since = now
        self.timing.headers = now - patience.started
        self._log(f"status {head.status} after {now - patience.started:.3f} s")
        return head

    def _too_late(self) -> bool:
        """Whether the whole call has used its time up."""
        total_at = self._patience.total_at
        return total_at is not None and self._world.clock() >= total_at - _EARLY

    def _redirected(self, head: Head, body: bytes) -> Request:
        """The request for where a redirect points, if that is the same server."""
        if not 300 <= head.status < 400:
            raise status_error(head, body, self._world.wall_clock())
        try:
            url = urljoin(self._request.url, head.headers.get("location", ""))
        except ValueError:  # it is no address
            url = ""
        here, there = urlsplit(self._request.url), urlsplit(url)
        if head.status in {307, 308} and here[:2] == there[:2] and here[:4] != there[:4]:
            return replace(self._request, url=url)
        raise SDKError(
            f"the server redirects to {there.hostname or 'nowhere'}, where nothing was sent;"
            " give its address as server_url if it is the right one",
            response_with_body(head, body),
            "",
        )

    def _error_body(self) -> Steps[bytes]:
        try:
            return (yield from self._body(*ERROR_BODY_LIMIT))
        except MistralClientError:
            return b""  # the status says enough
        finally:
            yield Close()

    def _whole(self) -> Steps[bytes]:
        """The body to its end."""
        pieces: list[bytes] = []
        left = self._plan.max_response_size
        while data := (yield from self._read()):
            pieces.append(data)
            left -= len(data)
            if left < 0:
                raise self._too_long(pieces)
        return b"".join(pieces)

    def _too_long(self, pieces: list[bytes]) -> MistralError:
        assert self.head is not None
        excerpt = b"".join(piece[:EXCERPT] for piece in pieces[:EXCERPT])[:EXCERPT]
        pieces.clear()  # the error's traceback holds them
        return ResponseValidationError(
            f"the answer is larger than max_response_size = {self._plan.max_response_size} bytes;"
            " give the client a larger max_response_size if such answers are expected",
            self.head.raw,
            body=excerpt.decode("utf-8", "replace"),
        )

    def _body(self, size: int, seconds: float) -> Steps[bytes]:
        """As much of the body as `size` and `seconds` allow."""
        pieces: list[bytes] = []
        until = self._world.clock() + seconds
        while size > 0:
            try:
                data = yield from self._read(until)
            except MistralClientError:
                if pieces:
                    break
                raise
            if not data:
                break
            pieces.append(data)
            size -= len(data)
        return b"".join(pieces)

    def _read(self, until: float | None = None) -> Steps[bytes]:
        """Read once, within the limits of the call."""
        before = self._waiting_since
        deadline, self._phase = self._patience.deadline(before)
        # A caller who took his time may have what came; pings without a pause are no such thing,
        # nor is more than came while nobody read.
        late = self._phase == "total" and self._late < LATE_READ_LIMIT
        try:
            moment = deadline if until is None else _least(deadline, until)
            data: bytes = yield Read(moment, late)
        except TransportFailure as failure:
            raise transport_error(failure, self.progress()) from failure.cause
        self._waiting_since = self._read_at = self._world.clock()
        self._patience.waited(self._read_at - before)
        self.timing.bytes += len(data)
        if self._patience.total_at is not None and before >= self._patience.total_at:
            self._late += len(data)
        return data

    def _again(self, error: MistralClientError) -> Steps[None]:
        """Wait for the next attempt, or raise the error where there is none."""
        hide(error, self._request.sent)
        delay = self._delay(error)
        yield Close()
        if delay is None:
            self._end("error", error)
            raise error
        reason = _reason(error)
        self.attempts += (Attempt(error.status_code, reason, delay),)
        self._log(f"again in {delay:.3f} s: {reason}")
        if delay and not self._ended:
            yield Sleep(delay)
        if self._ended:  # closed meanwhile
            raise error

    def _delay(self, error: MistralClientError) -> float | None:
        """Seconds until the next attempt, or `None` where this was the last."""
        if self._stale and not self._freed:
            self._freed = True
            return 0.0
        policy, patience = self._plan.policy, self._patience
        used_up = policy.retries is not None and self._retries >= policy.retries
        if used_up or not policy.wants(error):
            return None
        asked = retry_after(error.headers, self._world.wall_clock())
        now = self._world.clock()
        left = None if patience.total_at is None else patience.total_at - now
        for chance in (self._world.random(), 0.0):  # jitter keeps no attempt from being made
            delay = policy.delay(self._retries, asked, chance)
            if policy.may_wait(delay, now - patience.started, left):
                self._retries += 1
                return delay
        return None

    def _end(self, how: str, error: MistralClientError | None = None) -> None:
        """The last attempt is over."""
        if self._ended:
            return
        self._ended = True
        status = self.head.status if self.head and self._answered else None
        self.attempts += (Attempt(status, _reason(error) if error else None),)
        self.timing.total = self._world.clock() - self._patience.started
        self._log(f"end ({how}): {self.timing}")

    def _log(self, line: str) -> None:
        if self._world.log is not None:
            identifier = request_id(self.head.headers) if self.head and self._answered else None
            line = f"[{identifier or 'no request id yet'}] {line}"
            self._world.log(hidden(line, self._request.sent))


class StreamCall(Call):
    """A call whose answer is a stream of events.

    Events that open a stream without content are held back until one with content
    comes: so long nothing was handed out, a stream that fails is asked for again. When they
    are more than `HOLD_LIMIT` allows they are handed out, and it is not.

    Attributes:
        ready: Events that the caller may have, in order.
        end_reason: How the stream ended, or `None` while it runs.
        error: What it ended with, or `None`.
        answer_so_far: What the events add up to that were handed out.
    """

    __slots__ = (
        "_came",
        "_content",
        "_decoder",
        "_held",
        "_held_size",
        "_over",
        "_problem",
        "_reader",
        "_sniffed",
        "answer_so_far",
        "end_reason",
        "error",
        "ready",
    )

    def __init__(self, plan: CallSpec, world: Environment) -> None:
        super().__init__(plan, world)
        self.answer_so_far = Accumulator()
        self.ready: list[CompletionEvent] = []
        self.end_reason: EndReason | None = None
        self.error: MistralClientError | None = None
        self._problem: MistralClientError | None = None  # what is to end it

    def open(self) -> Steps[None]:
        """Ask until the answer begins."""
        yield from self.send()
        self._begin()

    def pump(self) -> Steps[None]:
        """Read until an event is ready, or the stream is over."""
        self._waiting_since = self._world.clock()
        while not self.ready and self.end_reason is None:
            if self._problem is not None:
                yield from self._fail(self._problem)
            elif self._came:
                self._problem = self._decode()
            elif self._over:
                yield from self._finish()
            else:
                self._problem = yield from self._take()
            if self._content:
                self.ready.extend(self._held)
                self._held.clear()

    @property
    def has_unread_events(self) -> bool:
        """Whether the last read of the network brought more than was handed out."""
        return bool(self.ready or self._came)

    def take(self) -> CompletionEvent:
        """Hand the next event out."""
        event = self.ready.pop(0)
        chunk = event.data
        self.answer_so_far.add(chunk)
        if chunk.usage is not None and isinstance(chunk.usage.completion_tokens, int):
            self.timing.completion_tokens = chunk.usage.completion_tokens
        return event

    def mark_closed(self) -> None:
        """The caller is done with the stream."""
        if self.end_reason is None:
            self._settle("closed", None)

    def _begin(self) -> None:
        """A new answer begins; nothing of an earlier one is kept."""
        assert self.head is not None
        self._decoder = SSEDecoder(self._plan.max_event_size)
        self._reader = EventReader(self.head, self._world.wall_clock())
        self._came: list[ServerSentEvent | bytes] = []  # and was not looked at, the first last
        self._held: list[CompletionEvent] = []
        self._held_size = 0  # bytes of the data that was looked at before there was content
        self._content = False  # an event with content came, or there is nothing to hold events for
        self._over = False
        self._sniffed = False
        self._problem = None
        self.timing.begin()

    def _take(self) -> Steps[MistralClientError | None]:
        """Read once; give the error that the stream ends with, if it does."""
        reader = self._reader
        try:
            data = yield from self._read()
            if not self._sniffed:
                yield from self._sniff(data)
            self._came = self._decoder.pieces(data) if data else [*self._decoder.close()]
            self._came.reverse()
        except EventTooLargeError as large:
            return self._too_large(large)
        except MistralClientError as error:
            # A connection that fails when the answer is complete takes nothing away.
            self._over = reader.complete and not isinstance(error, ResponseValidationError)
            return None if self._over else error
        if data:
            return None
        reader.last(self._decoder.unfinished)
        if reader.end_reason == "truncated" and self._plan.strict_end:
            return truncated(self.progress())
        self._over = self._content = True
        return None

    def _decode(self) -> MistralError | None:
        """Look at a few events; give the error that the stream ends with, if they have it.

        Few, because hundreds that came at once and wait would be walked through by each
        collection of garbage.
        """
        reader = self._reader
        events: list[CompletionEvent] = []
        if not self._content:
            self._held_size += sum(map(_size, self._came[-DECODE_BATCH:]))
        for _ in range(min(DECODE_BATCH, len(self._came))):
            event = reader.read(self._came.pop())
            if event is not None:
                events.append(event)
            if reader.over:
                self._came.clear()
                self._over = True
                self._content |= reader.error is None
                break
        if events:
            self._note(events)
        return reader.error

    def _note(self, events: list[CompletionEvent]) -> None:
        """Keep events, and see whether they have content."""
        self._held += events
        timing = self.timing
        now = self._read_at
        timing.arrived(now - self._patience.started, len(events))
        if any(map(has_content, events)):
            self._content = True
            self._content_at = now
            self._patience.content()
            if timing.first_content is None:
                timing.first_content = now - self._patience.started
        elif len(self._held) > HOLD_LIMIT[0] or self._held_size > HOLD_LIMIT[1]:
            self._content = True

    def _sniff(self, data: bytes) -> Steps[None]:
        """A body that begins like JSON or HTML is no event stream, whatever its label says."""
        start = data.lstrip(_BLANK)[:1]
        self._sniffed = bool(start)
        if start in {b"{", b"[", b"<"}:
            body = data + (yield from self._error_body())
            raise self.unexpected(body, "an event stream")

    def _fail(self, problem: MistralClientError) -> Steps[None]:
        """Ask again while nothing was handed out, else end with the error."""
        if self._content:
            yield Close()
            self._settle(
                "truncated" if isinstance(problem, StreamTruncatedError) else "error", problem
            )
            return
        try:
            yield from self._again(problem)
            yield from self.send()
        except MistralClientError as last:
            # What opened the stream is handed out after all, and then this.
            self._problem, self._content = last, True
        else:
            self._begin()

    def _finish(self) -> Steps[None]:
        """The answer is whole: let the body end, so that the connection can be used again."""
        if self._reader.done:
            with suppress(MistralClientError):
                yield from self._body(*DRAIN_LIMIT)
        yield Close()
        self._settle(self._reader.end_reason, None)

    def _settle(self, reason: EndReason, error: MistralClientError | None) -> None:
        if self.end_reason is not None:  # closed meanwhile
            return
        if error is not None:
            hide(error, self._request.sent)
        if error is not None and self.timing.events:
            error.events_received = self.timing.events
            error.partial = self.answer_so_far.snapshot()
        self.error = error
        self._end(reason, error)
        self.end_reason = reason

    def _too_large(self, large: EventTooLargeError) -> MistralError:
        assert self.head is not None
        body = large.excerpt[:EXCERPT].decode("utf-8", "replace")
        error = ResponseValidationError(str(large), self.head.raw, body=body)
        error.__cause__ = large
        return error


def _size(sse: ServerSentEvent | bytes) -> int:
    return len(sse if isinstance(sse, bytes) else sse.raw)


def _least(one: float | None, other: float | None) -> float | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _reason(error: MistralClientError) -> str:
    """Why an attempt failed, in a few words."""
    if error.status_code is not None and error.status_code != 200:
        return f"status {error.status_code}"
    return f"{type(error).__name__}: {error.message[:200]}"
