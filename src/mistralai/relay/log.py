"""The frames of one key as a process has them, shared by all its readers.

Theory of operation. A log is a list of frames, and a reader is a number: that of the last frame
that it has seen. So a slow reader costs a number, and nothing is copied for it. A memory store's
log is the answer itself; that of another store mirrors what it has received.

The numbers of a log are `base + 1` to `last`, without a hole. What exceeds `max_bytes` is dropped
from the front, `dropped` is the last number that went, and a reader behind it is given a `Gap`. The
last frame is an `End`; nothing follows it. Where a process cannot know how the answer ended, the
end is its own and has no number of its own (`break_off`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from .errors import UnknownNumberError
from .frames import End, Frame, Gap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .frames import Event


class Log:
    """The frames of one key, from `base + 1` on.

    Attributes:
        base: The number before the first frame; more than 0 if the key had a log before.
        dropped: The number of the last frame that was dropped, `base` if none was.
        last: The number of the newest frame, `base` if there is none.
        end: The end of the answer, once it has come.
    """

    def __init__(self, base: int, max_bytes: int) -> None:
        self.base = base
        self.dropped = base
        self.last = base
        self.end: End | None = None
        self._max_bytes = max_bytes
        self._bytes = 0
        # Lists, because a slice in the middle of a deque costs a walk to it. The first `_gone` of
        # their places are those of dropped frames.
        self._frames: list[Frame | None] = []
        self._sizes: list[int] = []
        self._gone = 0
        self._news: anyio.Event | None = None

    def append(self, events: Iterable[tuple[Event, int]]) -> None:
        """Add events, each with the bytes that it counts for, and wake the readers."""
        for event, size in events:
            assert self.end is None, "nothing follows the end of a log"
            self.last += 1
            self._frames.append(Frame(self.last, event))
            self._sizes.append(size)
            self._bytes += size
            if isinstance(event, End):
                self.end = event
        if self._bytes > self._max_bytes:
            self._drop()
        self.wake()

    def _drop(self) -> None:
        """Drop the oldest frames until the rest is within the limit; the newest one stays."""
        while self._bytes > self._max_bytes and self.dropped < self.last - 1:
            self._bytes -= self._sizes[self._gone]
            self._frames[self._gone] = None
            self._gone += 1
            self.dropped += 1
        if self._gone > len(self._frames) // 2:
            del self._frames[: self._gone], self._sizes[: self._gone]
            self._gone = 0

    def skip(self, last: int) -> None:
        """Note that the store dropped the events up to a number before they were received."""
        self._frames.clear()
        self._sizes.clear()
        self._bytes = self._gone = 0
        self.dropped = self.last = last
        self.wake()

    def break_off(self, end: End) -> None:
        """End the log for the readers of this process alone.

        The end has the number of the last event, so that a reader who comes back with it to where
        the log continues misses nothing.
        """
        self._frames.append(Frame(self.last, end))
        self._sizes.append(0)
        self.end = end
        self.wake()

    def check(self, after: int) -> None:
        """Refuse a number that no reader of this log can have seen.

        Raises:
            UnknownNumberError: It is none of this log.
        """
        if after != 0 and not self.base < after <= self.last:
            raise UnknownNumberError(
                f"{after} is not the number of an event of this answer, whose numbers are "
                f"{self.base + 1} to {self.last}; leave the number out to read from the beginning"
            )

    def read(self, after: int, limit: int = 1_000) -> list[Frame]:
        """Return the frames behind a number, at most `limit`, a `Gap` first if some are gone."""
        if after < self.dropped:
            first = max(after, self.base) + 1
            if first <= self.dropped:
                return [Frame(self.dropped, Gap(first, self.dropped))]
            after = self.base
        start = self._gone + after - self.dropped
        # Those that are `None` are before `start`.
        return self._frames[start : start + limit]  # type: ignore[return-value]

    async def wait(self, after: int) -> None:
        """Wait until there is something behind a number, or until somebody calls `wake`."""
        if self.last <= max(after, self.base) and self.end is None:
            await self.news().wait()

    def news(self) -> anyio.Event:
        """Return the event that is set by the next `append` or `wake`."""
        if self._news is None:
            self._news = anyio.Event()
        return self._news

    def wake(self) -> None:
        """Wake the readers that wait."""
        news, self._news = self._news, None
        if news is not None:
            news.set()
