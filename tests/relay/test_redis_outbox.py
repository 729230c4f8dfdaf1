"""What a producer has to write to Redis, without one."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from mistralai.deltas import TextDelta
from mistralai.relay.redis.entries import decode, encode
from mistralai.relay.redis.outbox import BUFFER_BYTES, ENTRY_BYTES, Outbox


def part(number, size=0):
    return encode(TextDelta(0, f"{number} " + "x" * size))


def filled(count, size=0, base=0, max_bytes=10**9):
    box = Outbox(base, max_bytes)
    for number in range(base + 1, base + count + 1):
        box.add(part(number, size))
    return box


def numbers(entry):
    return [int(event.text.split()[0]) for event in decode(entry.data)]


def write_all(box):
    entries = []
    while (entry := box.next_entry()) is not None:
        box.confirm(entry)
        entries.append(entry)
    return entries


def test_what_waits_goes_into_one_entry_which_is_the_same_until_it_is_confirmed():
    box = filled(3, base=7)
    entry = box.next_entry()
    assert (entry.first, entry.last, numbers(entry)) == (8, 10, [8, 9, 10])
    box.add(part(11))
    assert box.next_entry() is entry
    box.confirm(entry)
    assert numbers(box.next_entry()) == [11]
    box.confirm(box.next_entry())
    assert not box
    assert box.next_entry() is None
    assert box.waiting == 0


def test_an_entry_is_closed_at_its_limit_and_an_event_that_is_larger_has_its_own():
    box = filled(100, 1_000)
    box.add(part(101, 2 * ENTRY_BYTES))
    box.add(part(102), "ended")
    entries = write_all(box)
    assert [number for entry in entries for number in numbers(entry)] == [*range(1, 103)]
    assert all(len(entry.data) <= ENTRY_BYTES + 2 for entry in entries if entry.last != 101)
    assert [entry.end for entry in entries] == [""] * (len(entries) - 1) + ["ended"]
    assert numbers(entries[-2]) == [101]


def test_what_redis_forgot_is_written_again_in_the_same_entries():
    box = filled(40, 1_000)
    entries = write_all(box)
    box.add(part(41))
    assert box.rewind(entries[0].last)
    assert write_all(box)[:-1] == entries[1:]
    assert not box.rewind(2), "within an entry"


def test_what_is_older_than_the_buffer_is_not_written_again():
    box = filled(BUFFER_BYTES // 1_000 * 2, 1_000)
    write_all(box)
    assert not box.rewind(0)


def test_the_stream_keeps_its_limit_however_often_a_command_is_repeated():
    box = Outbox(0, 10_000)
    stream = deque()
    for number in range(1, 200):
        box.add(part(number, 100))
        entry = box.next_entry()
        box.keep_from(entry)
        keep_from = box.keep_from(entry)
        stream.append(entry)
        box.confirm(entry)
        while stream[0].first < keep_from:
            stream.popleft()
        assert sum(len(entry.data) for entry in stream) <= 10_000
    assert sum(len(entry.data) for entry in stream) > 9_000


class Stream:
    """What Redis does with the entries of a producer: it refuses those that do not join."""

    def __init__(self):
        self.entries = []

    @property
    def last(self):
        return self.entries[-1].last if self.entries else 0

    def write(self, box, *, reply=True):
        entry = box.next_entry()
        if entry is None:
            return
        if entry.last != self.last:
            if entry.first != self.last + 1:
                assert box.rewind(self.last)
                return
            self.entries.append(entry)
        if reply:
            box.confirm(entry)


@given(st.lists(st.sampled_from(["add", "write", "reply lost", "forget"]), max_size=60))
def test_whatever_happens_the_stream_has_every_event_once_and_in_order(steps):
    """Events written, repeated after a lost reply or after a restart, make one sequence."""
    box, stream = Outbox(0, 10**9), Stream()
    do = {
        "add": lambda: box.add(part(box.last + 1)),
        "write": lambda: stream.write(box),
        "reply lost": lambda: stream.write(box, reply=False),
        "forget": lambda: stream.entries and stream.entries.pop(),
    }
    for step in [*steps, "add"]:
        do[step]()
    while box:
        stream.write(box)
    written = [number for entry in stream.entries for number in numbers(entry)]
    assert written == [*range(1, box.last + 1)]


def test_what_redis_has_not_confirmed_can_be_read_on_the_spot():
    box = filled(3)
    write_all(box)
    box.add(part(4))
    box.next_entry()
    box.add(part(5))
    assert [number for entry in box.unwritten() for number in numbers(entry)] == [1, 2, 3, 4, 5]
