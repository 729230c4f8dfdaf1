"""The attempts of one call: each is sent, read, and followed by another where that may help."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ..errors import APIConnectionError, MistralClientError
from ..errors.mistralerror import request_id
from .bodies import read_answer, read_error_body
from .connecting import add_tries
from .failure import UNCONNECTED, TransportFailure
from .faults import Progress, transport_error
from .hiding import hidden, hide
from .observed import Outcome
from .redirects import is_redirect, redirected
from .response import status_error, unexpected
from .retry import Attempt, Repeats, retry_after
from .steps import Close, Send, Sleep
from .timeouts import CallClock
from .timing import Timing

if TYPE_CHECKING:
    from .._answer.facts import Facts
    from ..errors import MistralError
    from .response import Head
    from .steps import CallSpec, Environment, Steps


class ActiveAttempt:
    """The attempt that is being made, discarded when the next one begins.

    Attributes:
        head: The response headers, or `None` until they are received.
        stale: True if the attempt failed because it reused a connection that was already closed.
        unsent: True if the attempt failed before anything of the request was sent.
    """

    __slots__ = ("head", "stale", "unsent")

    def __init__(self) -> None:
        self.head: Head | None = None
        self.stale = False
        self.unsent = False

    def allows(self, repeats: Repeats) -> bool:
        """Return True if the request may be sent again after the failure of this attempt."""
        if repeats is Repeats.UNSENT:
            limited = self.head is not None and self.head.status == HTTPStatus.TOO_MANY_REQUESTS
            return self.unsent or limited
        return repeats is Repeats.ANY


class Attempts:
    """Sends the request of a call and reads the response, once or several times.

    Attributes:
        clock: The clock of the call.
        ended_at: When the last attempt was recorded, in seconds since the epoch.
        finished: The attempts that are over.
        head: The response headers received last, or `None`; they outlive their attempt.
        over: True once the last attempt is recorded: nothing more is sent.
        request: The request of the call, or where a redirect led.
        spec: The request and its rules.
        timing: When the parts of the answer were received.
    """

    __slots__ = (
        "_active",
        "_environment",
        "_free_retry_used",
        "_partial",
        "_retries",
        "_unconnected",
        "_unit",
        "clock",
        "ended_at",
        "finished",
        "head",
        "over",
        "request",
        "spec",
        "timing",
    )

    def __init__(
        self, spec: CallSpec, environment: Environment, partial: str = "", unit: str = "event"
    ) -> None:
        """Prepare to send.

        Args:
            spec: The request and its rules.
            environment: Clocks, randomness and the log.
            partial: Where the answer so far is, for errors in mid-answer.
            unit: What the answer is counted in, for errors: events or bytes.
        """
        self._active = ActiveAttempt()
        self._environment = environment
        self._free_retry_used = False
        self._partial = partial
        self._unit = unit
        self.request = spec.request
        self._retries = 0
        self._unconnected = 0  # attempts in a row that got no connection
        self.clock = CallClock(spec.timeouts, environment.clock)
        self.ended_at: float | None = None
        self.finished: tuple[Attempt, ...] = ()
        self.head: Head | None = None
        self.over = False
        self.spec = spec
        self.timing = Timing()

    @property
    def wall_time(self) -> float:
        """The seconds since the epoch."""
        return self._environment.wall_clock()

    def send(self) -> Steps[Head]:
        """Send the request until its answer begins, and return the response headers.

        Raises:
            MistralClientError: The last attempt failed.
        """
        while True:
            try:
                return (yield from self.send_once())
            except MistralClientError as error:
                yield from self.retry(error)

    def send_once(self) -> Steps[Head]:
        """Make one attempt, following redirects, and return the response headers.

        Raises:
            MistralClientError: The network failed, or the status is not a success.
        """
        redirects = 0
        while True:
            head = yield from self._send()
            if 200 <= head.status < 300:
                return head
            body = yield from read_error_body(self.read, self.clock.now())
            if not is_redirect(head.status):
                raise status_error(head, body, self.wall_time, self.request.shown_url)
            self.request = redirected(self.request, head, body, followed=redirects)
            redirects += 1
            reason = hidden(f"redirected to {self.request.shown_url}", self.request.credentials)
            self.finished += (Attempt(head.status, reason, 0.0),)

    def read(self, until: float | None = None) -> Steps[bytes]:
        """Read once from the body; no bytes are its end.

        Args:
            until: A moment at which the read must end, beside the timeouts of the call.

        Raises:
            MistralClientError: The network failed, or a timeout expired.
        """
        try:
            data: bytes = yield self.clock.next_read(until)
        except TransportFailure as failure:
            raise transport_error(failure, self.progress()) from failure.cause
        size = len(data)
        self.clock.end_read(size)
        self.timing.bytes += size
        return data

    def read_answer(self, head: Head) -> Steps[bytes]:
        """Read a body to its end.

        Raises:
            MistralClientError: The network failed, or the body is larger than it may be.
        """
        return read_answer(self.read, head, self.spec.max_response_size)

    def record_pieces(self, number: int, *, content: bool) -> None:
        """Note that the last read brought pieces of the answer, events or bytes.

        Args:
            number: How many.
            content: Whether they are worth waiting for.
        """
        clock, timing = self.clock, self.timing
        since_start = clock.read_at - clock.started
        watch = self._environment.watch
        if watch is not None and timing.last_event is None:
            watch.first_chunk()
        timing.record_events(since_start, number)
        if content:
            clock.record_content()
            if timing.first_content is None:
                timing.first_content = since_start

    def retry(self, error: MistralClientError) -> Steps[None]:
        """Wait until the next attempt may be made.

        Raises:
            MistralClientError: The error, as there will be no further attempt.
        """
        self.hide_key(error)
        delay = self._delay_after(error)
        yield Close()
        if delay is None:
            self.end("error", error)
            if self._unconnected and error.retryable and isinstance(error, APIConnectionError):
                add_tries(error, self._unconnected)
            raise error
        reason = _reason(error)
        attempt = Attempt(error.status_code, reason, delay)
        self.finished += (attempt,)
        self._log(f"retrying in {delay:.3f} s: {reason}")
        if self._environment.watch is not None:
            self._environment.watch.retried(attempt, error)
        if delay and not self.over:
            yield Sleep(delay)
        if self.over:  # closed by the caller in the meantime
            raise error

    def end(self, how: str, error: MistralClientError | None = None) -> None:
        """Record the last attempt, once.

        Args:
            how: How the call ended, for the log.
            error: The error that it ended with, if any.
        """
        if self.over:
            return
        self.over = True
        head = self._active.head
        reason = None if error is None else _reason(error)
        self.finished += (Attempt(None if head is None else head.status, reason),)
        self.timing.total = self.clock.now() - self.clock.started
        self.ended_at = self.wall_time
        if self._environment.log is not None:
            self._log(f"end ({how}): {self.timing}")

    @property
    def watched(self) -> bool:
        """True if somebody observes the call, and does not know its end yet."""
        watch = self._environment.watch
        return watch is not None and watch.open

    def interrupt(self, error: BaseException, facts: Facts) -> None:
        """Record the exception that ended the call, whoever raised it, and tell observers."""
        how = "error" if isinstance(error, Exception) else "cancelled"
        self.end(how, error if isinstance(error, MistralClientError) else None)
        self.tell_end(how, error, facts)

    def tell_end(self, how: str, error: BaseException | None, facts: Facts) -> None:
        """Tell observers how the call ended, unless they know.

        Args:
            how: The `end_reason` of the outcome.
            error: The exception that it ended with, if any.
            facts: What is known of the answer.
        """
        watch = self._environment.watch
        if watch is not None and watch.open:
            outcome = Outcome(
                how,
                error,
                status=None if self.head is None else self.head.status,
                attempts=self.finished,
                timing=self.timing,
                ended_at=self.ended_at or self.wall_time,
                facts=facts,
            )
            watch.end(outcome)

    def progress(self) -> Progress:
        """Return how far the call has come, for an error."""
        clock = self.clock
        now = clock.now()
        return Progress(
            request=self.request,
            head=self._active.head,
            events=self.timing.events if self._unit == "event" else self.timing.bytes,
            elapsed=now - clock.started,
            since_content=None if clock.content_at is None else now - clock.content_at,
            phase=clock.phase,
            limit=clock.timeout,
            partial=self._partial,
            unit=self._unit,
        )

    def unexpected(self, body: bytes, wanted: str, **advice: str) -> MistralError:
        """Return the error for a body that is not the wanted one; see `response.unexpected`."""
        assert self.head is not None, "there is no answer yet"
        url = self.request.shown_url
        return unexpected(self.head, body, wanted, self.wall_time, url, **advice)

    def hide_key(self, error: MistralClientError) -> None:
        """Remove the key of the call from an error, in which a server may have repeated it."""
        hide(error, self.request.credentials)

    def _send(self) -> Steps[Head]:
        """Send the request once, and return the response headers whatever their status.

        Raises:
            MistralClientError: The network failed, or a timeout expired.
        """
        clock, request = self.clock, self.request
        self._active = active = ActiveAttempt()
        connect, answer, silence = clock.begin_request()
        if self._environment.log is not None:
            self._log(f"{request.method} {request.shown_url}")
        try:
            head: Head = yield Send(request, connect, answer, clock.total_at, silence)
        except TransportFailure as failure:
            active.stale, active.unsent = failure.stale, failure.unsent
            self._unconnected = self._unconnected + 1 if failure.kind in UNCONNECTED else 0
            if failure.kind in {"connect_timeout", "timeout"} and clock.expired:
                failure.kind, clock.phase = "timeout", "total"
            elif failure.kind == "connect_timeout":
                clock.phase = "connect"
            raise transport_error(failure, self.progress()) from failure.cause
        self.head = active.head = head
        self._unconnected = 0
        clock.end_request(head.waited)
        self.timing.headers = clock.read_at - clock.started
        if self._environment.log is not None:
            self._log(f"status {head.status} after {self.timing.headers:.3f} s")
        if self._environment.watch is not None:
            self._environment.watch.headers(head.status, head.headers)
        return head

    def _delay_after(self, error: MistralClientError) -> float | None:
        """Return the seconds until the next attempt, or `None` if there will be none."""
        if not self._active.allows(self.spec.repeats):
            return None
        if self._active.stale and not self._free_retry_used:
            self._free_retry_used = True
            return 0.0
        policy, clock = self.spec.policy, self.clock
        used_up = policy.retries is not None and self._retries >= policy.retries
        if used_up or not policy.should_retry(error):
            return None
        asked_for = retry_after(error.headers, self.wall_time)
        now = clock.now()
        elapsed = now - clock.started
        remaining = None if clock.total_at is None else clock.total_at - now
        # Where the delay with jitter does not fit, the one without may.
        for randomness in (self._environment.random(), 0.0):
            delay = policy.delay(self._retries, asked_for, randomness)
            if policy.allows_wait(delay, elapsed, remaining):
                self._retries += 1
                return delay
        return None

    def _log(self, line: str) -> None:
        if self._environment.log is not None:
            head = self._active.head
            identifier = None if head is None else request_id(head.headers)
            line = f"[{identifier or 'no request id yet'}] {line}"
            self._environment.log(hidden(line, self.request.credentials))


def _reason(error: MistralClientError) -> str:
    """Return in a few words why an attempt failed."""
    if error.status_code is not None and error.status_code != 200:
        return f"status {error.status_code}"
    return f"{type(error).__name__}: {error.message[:200]}"
