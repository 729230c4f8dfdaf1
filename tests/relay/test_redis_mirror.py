"""What a process makes of the stream and the state of a run, without Redis."""

import pytest

from mistralai.deltas import TextDelta
from mistralai.relay import End, Gap
from mistralai.relay.endings import LOST, STOPPED
from mistralai.relay.redis.entries import encode, join
from mistralai.relay.redis.keys import Keys
from mistralai.relay.redis.mirror import Look, Mirror, Next
from mistralai.relay.redis.settings import Settings

SETTINGS = Settings("mistralai", 15.0, 3600.0, 10**6, lambda: 100.0)
RUNNING = [b"run", 1, 4, 6, b"", 12_000, 0, 1, 0]


def look(**changes):
    """What Redis says of a run that has two events behind 4, with some things changed."""
    names = ("run", "produces", "base", "last", "end", "lease", "seen_at", "has_stream", "counted")
    return Look.of([changes.get(name, said) for name, said in zip(names, RUNNING, strict=True)])


def entry(first, last, *more):
    events = [TextDelta(0, str(number)) for number in range(first, last + 1)]
    data = join(map(encode, [*events, *more]))
    return f"0-{last + len(more)}".encode(), [b"e", data]


def mirror(*entries, **changes):
    made = Mirror(Keys.of("mistralai", "key"), look(**changes), SETTINGS)
    made.take(entries)
    return made


def told(made, state, *, leases_count=True):
    return made.told(state, 100.0, leases_count=leases_count, patience=7.0)


def numbers(made):
    return [frame.id for frame in made.log.read(0)]


def test_entries_are_taken_once_and_a_hole_is_a_gap():
    made = mirror(entry(5, 6), entry(5, 6), entry(6, 8))
    assert numbers(made) == [5, 6, 7, 8]
    made.take([entry(12, 13)])
    assert [frame.event for frame in made.log.read(8)] == [Gap(9, 11)]
    assert [frame.id for frame in made.log.read(11)] == [12, 13]
    made.take([entry(14, 14, End("ended")), entry(16, 16)])
    assert made.log.last == 15, "nothing follows an end"


@pytest.mark.parametrize("counted", [0, 1])
def test_the_state_is_looked_at_when_the_lease_would_end(counted):
    made = mirror(counted=counted)
    wait = 5.0 if counted else 12.0  # readers renew their membership three times per lease
    assert made.due == pytest.approx(100.05 + wait)
    made.on_entries(110.0)
    assert made.due == pytest.approx(100.05 + wait if counted else 125.05)


def test_what_is_done_about_each_state(subtests):
    """Each case: what Redis says, what is to be done, when to look again, the end that follows."""
    ahead = {"last": 9, "produces": 0}
    cases = {
        "alive": (look(lease=3_000), Next.WAIT, 3.05, None),
        "dead": (look(lease=-2), Next.LOSE, 0.5, None),
        "ended, to be read": (look(**ahead, end=b"ended"), Next.WAIT, 0.5, None),
        "ended behind us": (look(produces=0, end=b"stopped"), Next.WAIT, 0.5, STOPPED),
        "failed behind us": (look(produces=0, end=b"failed"), Next.WAIT, 0.5, "failed"),
        "lost behind us": (look(produces=0, end=b"lost"), Next.WAIT, 0.5, LOST),
    }
    for name, (state, advice, wait, end) in cases.items():
        with subtests.test(name):
            made = mirror(entry(5, 6))
            assert told(made, state) is advice
            assert made.due == pytest.approx(100.0 + wait)
            if end == "failed":
                assert made.log.end.status == end
            else:
                assert made.log.end == end
            if end:
                assert [frame.id for frame in made.log.read(5)] == [6, 6]


def test_a_stream_that_vanished_is_a_gap():
    made = mirror(has_stream=0)
    assert [frame.event for frame in made.log.read(0)] == [Gap(5, 6)]
    assert told(made, look(last=9, has_stream=0)) is Next.WAIT
    assert [frame.event for frame in made.log.read(6)] == [Gap(7, 9)]
    made.take([entry(10, 10)])
    assert [frame.id for frame in made.log.read(9)] == [10]


def test_a_log_that_ended_and_has_no_stream_is_not_there():
    assert look(produces=0, end=b"stopped", has_stream=0) is None
    assert Look.of([]) is None


def test_after_an_outage_a_missing_lease_is_looked_at_later():
    made = mirror(entry(5, 6))
    assert told(made, look(lease=-2), leases_count=False) is Next.WAIT
    assert made.due == pytest.approx(107.05)


def test_a_log_whose_state_is_gone_or_anothers_is_lost_unless_its_end_comes():
    for state in (None, look(run=b"another")):
        made = mirror(entry(5, 6))
        assert told(made, state) is told(made, state) is Next.WAIT
        assert made.log.end is None
        told(made, state)
        assert made.log.end == LOST

        made = mirror(entry(5, 6))
        told(made, state)
        told(made, state)
        made.take([entry(7, 7, End("ended"))])
        told(made, state)
        assert made.log.end == End("ended")
        assert numbers(made) == [5, 6, 7, 8]
