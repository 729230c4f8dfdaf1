"""The events that a producer has still to write, in entries, without I/O.

Theory of operation. Events get their numbers here, in the order in which they come. They wait in a
buffer until an entry is made of what is there; one entry is under way at a time, and it is repeated
unchanged until Redis has answered. So an entry that was written although its reply was lost
is found again by its number.

The newest entries are kept after Redis has confirmed them. If Redis returns from a restart without
its last second, it says which number it still has, and the entries behind it are written again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .entries import join

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRY_BYTES: Final = 16 * 1024
"""An entry is closed at this size."""

BUFFER_BYTES: Final = 1024 * 1024
"""What is kept at most of what is not written yet, and of what is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Events that are written together.

    Attributes:
        first: The number of the first one.
        last: The number of the last one.
        data: The events as JSON.
        end: The status with which the log ends, `""` if it goes on.
    """

    first: int
    last: int
    data: bytes
    end: str = ""


class Outbox:
    """The events that are not written, and the entries that may have to be written again.

    Attributes:
        waiting: The bytes of events that are in no entry yet.
        last: The number of the newest event.
        ends: True once the end has been added.
    """

    def __init__(self, base: int, max_bytes: int) -> None:
        self.last = base
        self.waiting = 0
        self.ends = False
        self._parts: deque[bytes] = deque()
        self._end = ""
        self._repeats: deque[Entry] = deque()
        self._written: deque[Entry] = deque()
        self._written_bytes = 0
        self._ledger = _Ledger(max_bytes)
        self._keep_from = 0

    def add(self, part: bytes, end: str = "") -> None:
        """Add an event, which gets the next number. Nothing is added after an end."""
        self._parts.append(part)
        self.waiting += len(part) + 1
        self.last += 1
        self._end = end
        self.ends = bool(end)

    def __bool__(self) -> bool:
        return bool(self._parts or self._repeats)

    def next_entry(self) -> Entry | None:
        """Return the entry to write next; the same again until it is confirmed."""
        if not self._repeats:
            if not self._parts:
                return None
            self._repeats.append(self._make())
        return self._repeats[0]

    def _make(self) -> Entry:
        first = self.last - len(self._parts) + 1
        parts: list[bytes] = []
        size = 0
        while self._parts and (not parts or size + len(self._parts[0]) < ENTRY_BYTES):
            size += len(self._parts[0]) + 1
            parts.append(self._parts.popleft())
        self.waiting -= size
        return Entry(first, first + len(parts) - 1, join(parts), "" if self._parts else self._end)

    def keep_from(self, entry: Entry) -> int:
        """Return the first number that the stream is to keep once it has an entry, 0 for all."""
        self._keep_from = self._ledger.keep_from(entry) or self._keep_from
        return self._keep_from

    def confirm(self, entry: Entry) -> None:
        """Note that Redis has the entry that was sent."""
        self._repeats.popleft()
        self._keep_from = 0
        self._ledger.add(entry)
        self._written.append(entry)
        self._written_bytes += len(entry.data)
        while self._written_bytes > BUFFER_BYTES and len(self._written) > 1:
            self._written_bytes -= len(self._written.popleft().data)

    def rewind(self, last: int) -> bool:
        """Repeat the entries behind a number; return False if they are not kept any more."""
        while self._written and self._written[-1].last > last:
            entry = self._written.pop()
            self._written_bytes -= len(entry.data)
            self._repeats.appendleft(entry)
        return bool(self._repeats) and self._repeats[0].first == last + 1

    def unwritten(self) -> Iterator[Entry]:
        """Yield what Redis has not confirmed, and before it the newest entries that it has."""
        yield from self._written
        yield from self._repeats
        while self._parts:
            yield self._make()


class _Ledger:
    """The sizes of the entries of a stream, in blocks, so that the ledger stays small."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._block_bytes = max_bytes // 256
        self._blocks: deque[tuple[int, int]] = deque()  # the last number of each, and its bytes
        self._bytes = 0

    def add(self, entry: Entry) -> None:
        last, size = self._blocks[-1] if self._blocks else (0, self._block_bytes)
        if last >= entry.last:
            return  # written again
        if size + len(entry.data) <= self._block_bytes:
            self._blocks.pop()
            self._blocks.append((entry.last, size + len(entry.data)))
        else:
            self._blocks.append((entry.last, len(entry.data)))
        self._bytes += len(entry.data)

    def keep_from(self, entry: Entry) -> int:
        keep = 0
        while self._blocks and self._bytes + len(entry.data) > self._max_bytes:
            last, size = self._blocks.popleft()
            self._bytes -= size
            keep = last + 1
        return keep
