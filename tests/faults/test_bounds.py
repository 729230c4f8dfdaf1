"""The cost of a fault: memory, and time on the body of an error."""

import tracemalloc
import zlib
from functools import cache

import httpx2
import pytest
from pydantic import BaseModel

from mistralai.client import errors
from mistralai.client._call import bodies
from mistralai.client._call.timeouts import Timeouts
from mistralai.simulator import Answer, Repeat, Simulator, Wire
from mistralai.simulator.framing import chunk, head
from support.fault_table import PINGS, SOON, packed
from support.faults import STREAM, callers_own, read
from support.serving import ASK

MIB = 1024 * 1024
FLOOD = Answer(body=[STREAM[0], b'data: {"choices": "', Repeat(b"x" * 65536)])


class Form(BaseModel):
    """An object of which nothing is asked."""


@cache
def zipped(start, mebibytes, end, *, times=1, flush=zlib.Z_FINISH):
    """Return so many mebibytes of text between two others, compressed so many times."""
    body = [start, *[b"x" * MIB] * mebibytes, end]
    for _ in range(times):
        zipper = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        body = [b"".join([*map(zipper.compress, body), zipper.flush(flush)])]
    return body[0]


def bomb():
    """One event of 32 MiB in 32 KiB."""
    body = zipped(STREAM[0] + b'data: {"choices": "', 32, b"", flush=zlib.Z_SYNC_FLUSH)
    return Answer(body=[body], headers={"content-encoding": "gzip"})


def test_the_memory_of_an_event_without_end_is_bounded(colour, subtests):
    for name, answer in {"plain": FLOOD, "compressed": bomb()}.items():
        with subtests.test(name), Simulator(answer) as sim:
            client = colour.client(server_url=sim.url, max_event_size=MIB)
            peaks = []
            for _ in range(2):  # the first one loads modules
                stream = colour.open(client, **ASK)
                tracemalloc.start()
                with pytest.raises(errors.ResponseValidationError) as caught:
                    colour.collect(stream)
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
            assert caught.value.body.startswith('data: {"choices": "xxx')
            assert len(caught.value.body) <= 2000
            assert peaks[1] < 8 * MIB


def whole_bomb(times):
    """An answer of 32 MiB, compressed so many times."""
    return Answer(
        body=[zipped(b'{"id": "', 32, b'"}', times=times)],
        headers={"content-encoding": ", ".join(["gzip"] * times)},
        content_type="application/json",
    )


def check_bomb(colour, times, clients):
    """An answer that was compressed so many times is an error of its size, and takes no memory."""
    with Simulator(whole_bomb(times)) as sim:
        client = colour.client(server_url=sim.url, max_response_size=MIB, **clients)
        peaks = []
        for _ in range(2):  # the first one loads modules
            tracemalloc.start()
            with pytest.raises(errors.ResponseValidationError) as caught:
                colour.complete(client, **ASK)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert "max_response_size (1048576 bytes)" in str(caught.value)
            assert caught.value.body == '{"id": "' + "x" * 1992
        assert len(sim.requests) == 2
    assert peaks[1] < 8 * MIB


def test_a_bomb_is_not_inflated_past_what_an_answer_may_have(colour):
    check_bomb(colour, 1, {})


def test_a_bomb_is_not_inflated_with_the_callers_client_either(colour):
    with callers_own(colour) as own:
        check_bomb(colour, 1, own)


def test_a_bomb_that_httpx2_inflates_is_not_inflated_either(colour):
    """Compressed twice."""
    check_bomb(colour, 2, {})


def test_any_whole_answer_has_a_largest_size(colour, subtests):
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
            with subtests.test(f"{resource}.{method}"):
                enough = colour.client(server_url=sim.url, max_response_size=len(body))
                assert colour.ask(getattr(enough, resource), method, **params)
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


def test_the_limits_hold_with_the_callers_client_too(colour, subtests):
    """But for a head that trickles: see `test_known_defects.py`."""
    limits = {
        "first_event": Answer(body=[STREAM[0], PINGS]),
        "idle": Answer(body=[*STREAM[:2], PINGS]),
        "total": Answer(body=[Repeat(STREAM[1], every=0.02)]),
    }
    for phase, answer in limits.items():
        timeouts = Timeouts(**{"first_event": 30, "idle": 30, "total": 30, phase: SOON})
        with subtests.test(phase), callers_own(colour) as own, Simulator(answer) as sim:
            outcome = read(colour, sim.url, call={"timeouts": timeouts}, **own)
            sim.requests[0].closed.wait()
            assert isinstance(outcome.error, httpx2.ReadTimeout)
            assert outcome.error.phase == phase


def compressed_pings():
    """Two events and then pings, compressed although nobody asked for it."""
    zipper = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)

    def alone(data):
        """Compress without references to earlier data, so that it can be sent again and again."""
        return zipper.compress(data) + zipper.flush(zlib.Z_FULL_FLUSH)

    body = [alone(STREAM[0] + STREAM[1]), Repeat(alone(b": ping\n\n"), every=0.02)]
    return Answer(body=body, headers={"content-encoding": "gzip"})


def pings_in_small_chunks():
    """A read of 64 KiB has some 5000 of them, each a piece of its own to a client."""
    fields = [("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]
    start = [head(200, fields), *map(chunk, STREAM[:2])]
    return Wire([b"".join(start), Repeat(chunk(b": ping\n\n") * 5000)])


WITHOUT_TEXT = {
    "compressed, and silent": packed(*STREAM[:2], end=b"", ending="hang"),
    "pings without a pause": Answer(body=[*STREAM[:2], Repeat(b": ping\n\n")]),
    "5000 pings at a time without a pause": Answer(
        body=[*STREAM[:2], Repeat(b": ping\n\n" * 5000)]
    ),
    "pings in chunks of their own, many at a time": pings_in_small_chunks(),
    "compressed pings": compressed_pings(),
}
"""Streams that send two events and then nothing that is one."""


@pytest.mark.uncounted
def test_a_stream_without_another_event_ends_by_idle_whatever_else_arrives(colour, subtests):
    limits = Timeouts(first_event=300, idle=SOON)
    for name, answer in WITHOUT_TEXT.items():
        for whose in ("ours", "the caller's"):
            with (
                subtests.test(f"{name}, by a client of {whose}"),
                callers_own(colour) as own,
                Simulator(answer) as sim,
            ):
                clients = own if whose == "the caller's" else {}
                outcome = read(colour, sim.url, call={"timeouts": limits}, **clients)
                assert (outcome.texts, outcome.error.phase) == (("", "Hel"), "idle")
                assert outcome.error.since_last_event < 100  # and not by `first_event`
