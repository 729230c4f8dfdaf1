"""What a fault may cost: memory, and time on the body of an error."""

import tracemalloc
import zlib

import httpx2
import pytest
from pydantic import BaseModel

from mistralai.client import errors
from mistralai.client._call import bodies
from mistralai.client._call.timeouts import Timeouts
from mistralai.simulator import Answer, Repeat, Simulator
from support.fault_table import PINGS, SOON, packed
from support.faults import STREAM, callers_own, read
from support.serving import ASK

MIB = 1024 * 1024
FLOOD = Answer(body=[STREAM[0], b'data: {"choices": "', Repeat(b"x" * 65536)])


class Form(BaseModel):
    """An object of which nothing is asked."""


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


def whole_bomb(times):
    """A hundred mebibytes of an answer, compressed so many times."""
    body = b'{"id": "' + b"x" * 100 * MIB + b'"}'
    for _ in range(times):
        zipper = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        body = zipper.compress(body) + zipper.flush()
    coding = ", ".join(["gzip"] * times)
    return Answer(
        body=[body], headers={"content-encoding": coding}, content_type="application/json"
    )


def check_bomb(colour, times, clients):
    """An answer that was compressed so many times is an error of its size, and takes no memory."""
    with Simulator(whole_bomb(times)) as sim:
        client = colour.client(server_url=sim.url, max_response_size=MIB, **clients)
        peaks = []
        for _ in range(2):  # the first loads what is loaded once
            tracemalloc.start()
            with pytest.raises(errors.ResponseValidationError) as caught:
                colour.complete(client, **ASK)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert "max_response_size = 1048576 bytes" in str(caught.value)
            assert caught.value.body == '{"id": "' + "x" * 1992
        assert len(sim.requests) == 2
    assert peaks[1] < 8 * MIB


def test_a_bomb_is_not_inflated_past_what_an_answer_may_have(colour):
    check_bomb(colour, 1, {})


@pytest.mark.parametrize("colour", ["sync", "asyncio", "uvloop"], indirect=True)
def test_a_bomb_is_not_inflated_with_the_callers_client_either(colour):
    """On trio httpx2's generators warn when they are left: `docs/faults.md` says so."""
    with callers_own(colour) as own:
        check_bomb(colour, 1, own)


@pytest.mark.parametrize("colour", ["sync", "asyncio"], indirect=True)
def test_a_bomb_that_httpx2_inflates_is_not_inflated_either(colour):
    """Compressed twice; on trio httpx2's generators warn when they are left."""
    check_bomb(colour, 2, {})


def test_any_whole_answer_has_a_largest_size(colour):
    calls = [
        ("chat", "complete", ASK),
        ("chat", "parse", {**ASK, "response_format": Form}),
        ("fim", "complete", {"model": "m", "prompt": "x"}),
        ("agents", "complete", {"agent_id": "a", "messages": ASK["messages"]}),
        ("embeddings", "create", {"model": "m", "inputs": "x"}),
        ("models", "list", {}),
        ("models", "retrieve", {"model_id": "m"}),
    ]
    body = b'{"id": "1", "choices": [{"message": {"content": "{}"}}], "data": []}'
    answer = Answer(body=[body[:9], body[9:]], content_type="application/json")
    with Simulator(answer) as sim:
        for resource, method, params in calls:
            enough = colour.client(server_url=sim.url, max_response_size=len(body))
            assert colour.ask(getattr(enough, resource), method, **params), (resource, method)
            little = colour.client(server_url=sim.url, max_response_size=len(body) - 1)
            with pytest.raises(errors.ResponseValidationError, match="max_response_size"):
                colour.ask(getattr(little, resource), method, **params)
        assert len(sim.requests) == 2 * len(calls)


def test_the_body_of_an_error_is_not_waited_for_longer_than_its_limit(colour, monkeypatch):
    monkeypatch.setattr(bodies, "ERROR_BODY_SECONDS", SOON)
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
