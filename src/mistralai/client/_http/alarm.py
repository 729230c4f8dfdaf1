"""The end of a wait on asyncio and uvloop, at the cost of a timer for many waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class Alarm:
    """Ends waits that last too long, one after the other.

    Whoever waits sets the alarm before, and forgets it after; `_late` says what becomes of
    a wait that is too long.
    """

    _loop: asyncio.AbstractEventLoop
    _until: float | None = None  # when the wait ends, in the loop's time
    _timer: asyncio.TimerHandle | None = None
    _timer_at = 0.0

    def _set_alarm(self, seconds: float | None) -> None:
        """Limit the wait that begins now.

        The timer of an earlier wait is left as it is where it rings sooner: it looks at the
        moment that counts then, and is set again. So there is one for many waits.
        """
        self._until = None if seconds is None else self._loop.time() + seconds
        if self._until is not None and (self._timer is None or self._until < self._timer_at):
            self._drop_alarm()
            self._ring_at(self._until)

    def _forget_alarm(self) -> None:
        """End the wait; the timer stays for the next one."""
        self._until = None

    def _drop_alarm(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _ring_at(self, moment: float) -> None:
        self._timer_at = moment
        self._timer = self._loop.call_at(moment, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._until is None:
            return
        if self._loop.time() < self._until:
            self._ring_at(self._until)
        else:
            self._late()

    def _late(self) -> None:
        """End the wait, if there is one still."""
