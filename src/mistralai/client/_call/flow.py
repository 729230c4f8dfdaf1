"""One call, as a generator of steps that a driver carries out (`steps.py`).

A flow decides and never waits. `Call` reads an answer as a whole: a loop over attempts, in
`answer`. `StreamCall` reads a stream, and is in one of five states:

    OPENING     A request is sent. Its response headers lead to HOLDING.
    HOLDING     Events are read, and held back as long as none of them has content.
    STREAMING   Events are ready for the caller as soon as they are read.
    DRAINING    The answer is complete, but its body may not have ended yet.
    ENDED       `end_reason` says how, and `error` with which error.

    OPENING -> HOLDING -> STREAMING -> DRAINING -> ENDED
       ^          |
       +----------+  the attempt failed, and another one may help

An event without content, such as one that only names the role, commits to nothing. While there
are only such events the caller gets none, and a failed attempt can be replaced without a trace.
Held events are released by content (a second answer would have other words), by the end of the
answer, by the limits on held events, and by an error that is not retried, which follows them. A
request that must not be sent twice leads from OPENING to STREAMING.

Steps fail with `TransportFailure` only, which `Attempts` turns into errors. `answer` and `open`
raise the `MistralClientError` of the last attempt. `pump` keeps it in `error`, for the stream to
raise. Other exceptions, such as a cancellation, pass through, and the driver cleans up.

Promised whatever happens:

- Events are those of one attempt, in order, each once, and all before the error.
- Nothing is sent again once an event with content was ready.
- The last step is `Close`, unless the caller closes the driver first.
- `end_reason` is set once. A caller may close the stream from another thread, between any two
  lines of `pump`; so ENDED is not kept in `_state`, which belongs to the thread that pumps.
- The key is in no error and in no line of the log.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from .._answer.facts import NO_FACTS, facts_of
from ..errors import MistralClientError, ResponseValidationError, StreamTruncatedError
from .attempts import Attempts
from .bodies import drain, read_error_body
from .eventformat import A, E
from .faults import truncated
from .incoming import IncomingEvents
from .retry import Repeats
from .steps import Close
from .streamed import StreamedCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..errors import MistralError
    from .eventformat import EventFormat
    from .request import Request
    from .response import Head
    from .retry import Attempt
    from .steps import CallSpec, Environment, Steps
    from .timing import Timing

T = TypeVar("T")


class State(Enum):
    """The states of a stream; see the top of this module."""

    OPENING = "opening"
    HOLDING = "holding"
    STREAMING = "streaming"
    DRAINING = "draining"
    ENDED = "ended"


# A name is looked up ten times as fast as a member of an enumeration.
_OPENING, _HOLDING, _STREAMING, _DRAINING, _ENDED = State


class Call:
    """A call whose answer is read as a whole."""

    __slots__ = ("_attempts",)

    def __init__(self, spec: CallSpec, environment: Environment) -> None:
        self._attempts = Attempts(spec, environment)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that are over."""
        return self._attempts.finished

    @property
    def head(self) -> Head | None:
        """The response headers received last, or `None`."""
        return self._attempts.head

    def answer(self, read: Callable[[bytes], T]) -> Steps[T]:
        """Send the request and return what `read` makes of the body.

        Raises:
            MistralClientError: The last attempt failed. Errors that `read` raises count as well.
        """
        attempts = self._attempts
        while True:
            try:
                head = yield from attempts.send_once()
                # The body has no name: tracebacks show locals, and a server may repeat the key.
                answer = read((yield from attempts.read_answer(head)))
            except MistralClientError as error:
                yield from attempts.retry(error)
            else:
                yield Close()
                attempts.end("answered")
                if attempts.watched:
                    attempts.tell_end("answered", None, facts_of(answer))
                return answer

    @property
    def timing(self) -> Timing:
        """When the parts of the answer were received."""
        return self._attempts.timing

    @property
    def request(self) -> Request:
        """The request as it was sent last."""
        return self._attempts.request

    def unexpected(self, body: bytes, wanted: str) -> MistralError:
        """Return the error for a body that is not the wanted one."""
        return self._attempts.unexpected(body, wanted)

    def hide_key(self, error: MistralClientError) -> None:
        """Remove the key of the call from an error about its answer."""
        self._attempts.hide_key(error)

    def interrupt(self, error: BaseException) -> None:
        """Record the exception that ended the call, whoever raised it."""
        self._attempts.interrupt(error, NO_FACTS)


class StreamCall(StreamedCall[A], Generic[E, A]):
    """A call whose answer is a stream of events.

    Attributes:
        ready: Events for the caller to take, in order.
    """

    __slots__ = ("_format", "_incoming", "_state", "ready")

    def __init__(
        self, spec: CallSpec, environment: Environment, event_format: EventFormat[E, A]
    ) -> None:
        """Prepare a call; `open` sends its request.

        Args:
            spec: The request and its rules.
            environment: Clocks, randomness and the log.
            event_format: What its events are, and what they add up to.
        """
        answer, partial = event_format.answer(), event_format.partial
        super().__init__(spec, environment, answer, partial=partial, unit="event")
        self._format = event_format
        self._incoming: IncomingEvents[E] | None = None  # of the last attempt that got an answer
        self._state = _OPENING
        self.ready: list[E] = []

    @property
    def state(self) -> State:
        """The state of the stream."""
        return self._state if self.end_reason is None else _ENDED

    @property
    def has_unread_events(self) -> bool:
        """True if the last read of the network brought more events than were taken."""
        return bool(self.ready) or (self._incoming is not None and bool(self._incoming.unread))

    def open(self) -> Steps[None]:
        """Send the request until its answer begins.

        Raises:
            MistralClientError: The last attempt failed.
        """
        self._begin((yield from self._attempts.send()))

    def pump(self) -> Steps[None]:
        """Read until an event is ready, or the stream has ended."""
        self._attempts.clock.begin_wait()
        while not self.ready and self.end_reason is None:
            incoming = self._incoming
            assert incoming is not None, "the stream was not opened"
            if incoming.problem is not None:
                yield from self._fail(incoming, incoming.problem)
            elif incoming.unread:
                self._read_events(incoming)
            elif self._state is _DRAINING:
                yield from self._finish(incoming)
            else:
                yield from self._receive(incoming)

    def take(self) -> E:
        """Remove the next event from those that are ready, and return it."""
        event = self.ready.pop(0)
        answer = self.answer_so_far
        answer.add(event.data)
        if answer.usage is not None:
            self.timing.record_usage(answer.usage)
        return event

    def _begin(self, head: Head) -> None:
        """Start to receive an answer, and forget the one of an earlier attempt."""
        attempts = self._attempts
        reader = self._format.reader(head, attempts.wall_time)
        self._incoming = IncomingEvents(head, attempts.spec.max_event_size, reader)
        # Where a failed attempt cannot be replaced, events are held back in vain.
        self._state = _HOLDING if attempts.spec.repeats is Repeats.ANY else _STREAMING
        self.timing.restart_events()

    def _receive(self, incoming: IncomingEvents[E]) -> Steps[None]:
        """Read once from the network."""
        attempts, reader = self._attempts, incoming.reader
        try:
            data = yield from attempts.read()
            if data and incoming.is_other_body(data):
                data += yield from read_error_body(attempts.read, attempts.clock.now())
                advice = self._format.advice
                incoming.problem = attempts.unexpected(data, "an event stream", advice=advice)
            elif data:
                incoming.feed(data)
            else:
                incoming.feed_end()
                if incoming.is_no_stream(attempts.timing):
                    advice = self._format.advice
                    incoming.problem = attempts.unexpected(b"", "an event stream", advice=advice)
                elif reader.end_reason == "truncated" and attempts.spec.strict_end:
                    incoming.problem = truncated(attempts.progress(), self._format.ending)
                else:
                    self._release(incoming, _DRAINING)
        except MistralClientError as error:
            # A connection that fails after the answer is complete takes nothing away from it.
            if reader.complete and not isinstance(error, ResponseValidationError):
                self._state = _DRAINING
            else:
                incoming.problem = error

    def _read_events(self, incoming: IncomingEvents[E]) -> None:
        """Read a few of the server-sent events that were received."""
        holding = self._state is _HOLDING
        events = incoming.read_batch(holding=holding)
        if holding:
            incoming.held += events
        else:
            self.ready += events
        if events:
            content = any(map(self._format.has_content, events))
            self._attempts.record_pieces(len(events), content=content)
            if holding and (content or incoming.too_many_held):
                self._release(incoming, _STREAMING)
        reader = incoming.reader
        if reader.error is not None:
            incoming.problem = reader.error
        elif reader.done:
            self._release(incoming, _DRAINING)

    def _release(self, incoming: IncomingEvents[E], state: State) -> None:
        """Hold no events back any longer, and move on to a state."""
        self.ready += incoming.held
        incoming.held.clear()
        self._state = state

    def _fail(self, incoming: IncomingEvents[E], problem: MistralClientError) -> Steps[None]:
        """Make another attempt if the caller has seen no event of this one, else end."""
        if self._state is not _HOLDING:
            yield Close()
            truncation = isinstance(problem, StreamTruncatedError)
            self._end("truncated" if truncation else "error", problem)
            self.tell_end()
            return
        self._state = _OPENING
        try:
            yield from self._attempts.retry(problem)
            head = yield from self._attempts.send()
        except MistralClientError as last:
            incoming.problem = last
            self._release(incoming, _STREAMING)
        else:
            self._begin(head)

    def _finish(self, incoming: IncomingEvents[E]) -> Steps[None]:
        """End a complete answer, if possible with a connection that can be reused."""
        if incoming.reader.done:
            yield from drain(self._attempts.read, self._attempts.clock.now())
        yield Close()
        self._end(incoming.reader.end_reason, None)
        self.tell_end()
