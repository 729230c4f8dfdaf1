"""What a fault may cost: memory, and time on the body of an error."""

import tracemalloc
import zlib

import httpx2
import pytest

from mistralai.client import errors, flow
from mistralai.client.timeouts import Timeouts
from mistralai.simulator import Answer, Repeat, Simulator
from support.fault_table import PINGS, SOON, packed
from support.faults import STREAM, callers_own, read
from support.serving import ASK

MIB = 1024 * 1024
FLOOD = Answer(body=[STREAM[0], b'data: {"choices": "', Repeat(b"x" * 65536)])


def bomb():
    """A hundred mebibytes of one event in a hundred kilobytes."""
    zipper = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    packed = [zipper.compress(STREAM[0] + b'data: {"choices": "')]
    packed += [zipper.compress(b"x" * MIB) for _ in range(100)]
    body = b"".join([*packed, zipper.flush(zlib.Z_SYNC_FLUSH)])
    return Answer(body=[body], headers={"content-encoding": "gzip"})


@pytest.mark.parametrize("answer", [FLOOD, bomb()], ids=["plain", "compressed"])
def test_the_memory_of_an_event_without_end_is_bounded(colour, answer):
    def error():
        stream = colour.open(client, **ASK)
        with pytest.raises(errors.ResponseValidationError) as caught:
            colour.collect(stream)
        return caught.value

    with Simulator(answer) as sim:
        client = colour.client(server_url=sim.url, max_event_size=MIB)
        error()  # loads what is loaded once
        tracemalloc.start()
        body = error().body
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert body.startswith('data: {"choices": "xxx')
    assert len(body) <= 2000
    assert peak < 8 * MIB


def test_the_body_of_an_error_is_not_waited_for_longer_than_its_limit(colour, monkeypatch):
    monkeypatch.setattr(flow, "ERROR_BODY", (MIB, SOON))
    trickling = Answer(status=400, body=[b'{"message": "No"}', Repeat(b" ", every=0.02)])
    with Simulator(trickling) as sim:
        outcome = read(colour, sim.url)
        sim.requests[0].closed.wait()
    assert (type(outcome.error), outcome.error.error.message) == (errors.BadRequestError, "No")


def test_the_limits_hold_with_the_callers_client_too(colour):
    """But for a head that trickles: see `test_known_defects.py`."""
    limits = {
        "first_event": Answer(body=[STREAM[0], PINGS]),
        "idle": Answer(body=[*STREAM[:2], PINGS]),
        "total": Answer(body=[Repeat(STREAM[1], every=0.02)]),
    }
    for phase, answer in limits.items():
        timeouts = Timeouts(**{"first_event": 30, "idle": 30, "total": 30, phase: SOON})
        with callers_own(colour) as own, Simulator(answer) as sim:
            outcome = read(colour, sim.url, call={"timeouts": timeouts}, **own)
            sim.requests[0].closed.wait()
        assert isinstance(outcome.error, httpx2.ReadTimeout)
        assert outcome.error.phase == phase


@pytest.mark.parametrize("whose", ["ours", "the caller's"])
def test_a_compressed_stream_that_falls_silent_ends_by_idle(colour, whose):
    limits = Timeouts(first_event=20, idle=SOON)
    silent = packed(*STREAM[:2], end=b"", ending="hang")
    with callers_own(colour) as own, Simulator(silent) as sim:
        clients = own if whose == "the caller's" else {}
        outcome = read(colour, sim.url, call={"timeouts": limits}, **clients)
    assert (outcome.texts, outcome.error.phase) == (("", "Hel"), "idle")
    assert outcome.error.since_last_event < 10  # and not by the limit of the first event


@pytest.mark.parametrize("pings", [1, 5000])
@pytest.mark.parametrize("whose", ["ours", "the caller's"])
def test_pings_do_not_defeat_a_limit_by_coming_without_a_pause(colour, whose, pings):
    answer = Answer(body=[*STREAM[:2], Repeat(b": ping\n\n" * pings)])
    limits = Timeouts(first_event=30, idle=SOON)
    with callers_own(colour) as own, Simulator(answer) as sim:
        clients = own if whose == "the caller's" else {}
        outcome = read(colour, sim.url, call={"timeouts": limits}, **clients)
    assert (outcome.texts, outcome.error.phase) == (("", "Hel"), "idle")
    assert outcome.error.since_last_event < 10


@pytest.mark.parametrize("whose", ["ours", "the caller's"])
def test_pings_do_not_defeat_a_limit_by_being_compressed(colour, whose):
    zipper = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)

    def alone(data):
        """Compress without a look at what came before, so that it can be sent over and over."""
        return zipper.compress(data) + zipper.flush(zlib.Z_FULL_FLUSH)

    body = [alone(STREAM[0] + STREAM[1]), Repeat(alone(b": ping\n\n"), every=0.02)]
    answer = Answer(body=body, headers={"content-encoding": "gzip"})
    limits = Timeouts(first_event=30, idle=SOON)
    with callers_own(colour) as own, Simulator(answer) as sim:
        clients = own if whose == "the caller's" else {}
        outcome = read(colour, sim.url, call={"timeouts": limits}, **clients)
    assert (outcome.texts, outcome.error.phase) == (("", "Hel"), "idle")
