"""The base of calls whose answer is read while it arrives: `StreamCall` and `BytesCall`.

`end_reason` is set once. A caller may close such an answer from another thread, at any time; so it
is looked at before it is set, and observers are told by `Attempts`, which tells them once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from .attempts import Attempts
from .eventformat import A

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..errors import MistralClientError
    from .eventformat import EndReason
    from .response import Head
    from .retry import Attempt
    from .steps import CallSpec, Environment
    from .timing import Timing


class StreamedCall(Generic[A]):
    """The base of such calls.

    Attributes:
        answer_so_far: The answer that the pieces taken so far add up to.
        end_reason: How the answer ended, or `None` while it runs.
        error: The error that it ended with, or `None`.
        timing: When the parts of the answer were received.
    """

    __slots__ = (
        "__weakref__",
        "_attempts",
        "_seen_as",
        "answer_so_far",
        "end_reason",
        "error",
        "timing",
    )

    def __init__(
        self, spec: CallSpec, environment: Environment, answer: A, *, partial: str, unit: str
    ) -> None:
        """Prepare a call.

        Args:
            spec: The request and its rules.
            environment: Clocks, randomness and the log.
            answer: The answer, empty.
            partial: Where the answer so far is, for errors; may be empty.
            unit: What the answer is counted in, for errors.
        """
        self._attempts = Attempts(spec, environment, partial, unit)
        self._seen_as: str | None = None  # how it ended for observers, where `end_reason` says less
        self.answer_so_far = answer
        self.end_reason: EndReason | None = None
        self.error: MistralClientError | None = None
        self.timing: Timing = self._attempts.timing

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that are over."""
        return self._attempts.finished

    @property
    def head(self) -> Head | None:
        """The response headers received last, or `None`."""
        return self._attempts.head

    @property
    def clock(self) -> Callable[[], float]:
        """The clock of the call, in seconds."""
        return self._attempts.clock.now

    @property
    def watched(self) -> bool:
        """True if somebody observes the call, and does not know its end yet."""
        return self._attempts.watched

    def mark_closed(self) -> None:
        """End the answer because its caller closes it. May be called from any thread."""
        self._end("closed", None)
        self.tell_end()

    def mark_dropped(self) -> None:
        """End the answer because it was dropped, where nothing may wait, as in a finaliser.

        Observers, who may wait, are left to `tell_end`.
        """
        self._end("closed", None)
        self._seen_as = "dropped"

    def interrupt(self, error: BaseException) -> None:
        """End the answer because of an exception from outside, such as that of a cancelled task."""
        self._end("closed", None)
        self._attempts.interrupt(error, self.answer_so_far.facts())

    def tell_end(self) -> None:
        """Tell observers how the answer ended, unless they know."""
        if self.end_reason is not None and self._attempts.watched:
            how = self._seen_as or self.end_reason
            self._attempts.tell_end(how, self.error, self.answer_so_far.facts())

    def tell_left(self) -> None:
        """Tell observers of the end of the process, which leaves the answer as it is."""
        if self._attempts.watched:
            self._attempts.tell_end("dropped", None, self.answer_so_far.facts())

    def _end(self, reason: EndReason, error: MistralClientError | None) -> None:
        if self.end_reason is not None:  # closed by the caller in the meantime
            return
        if error is not None:
            self._attempts.hide_key(error)
            if self.timing.events:
                error.events_received = self.timing.events
                error.partial = self.answer_so_far.snapshot()
        self.error = error
        self._attempts.end(reason, error)
        self.end_reason = reason
