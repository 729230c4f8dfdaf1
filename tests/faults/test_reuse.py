"""Connections that are used again: stale ones, and those that stay usable."""

from itertools import product

import pytest

from mistralai.client import errors
from mistralai.client._call import bodies
from mistralai.simulator import Answer, Gate, Pause, Repeat, Simulator, Wire
from support.colours import ask
from support.faults import STREAM
from support.serving import ASK

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
AT_ONCE = Wire([HEAD + b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in STREAM) + b"0\r\n\r\n"])
LATER = Answer(body=[*STREAM, Pause(0.02)])
WAYS = {"stream": False, "complete": True}
"""Both ways to ask, and whether they are for a whole answer."""


def test_a_stale_connection_is_replaced_immediately_with_retries_off(colour, subtests):
    for ending, (way, whole) in product(("cut", "reset"), WAYS.items()):
        with (
            subtests.test(f"{ending}, {way}"),
            Simulator(["auto", Wire([], ending), "auto"]) as sim,
        ):
            client = colour.client(server_url=sim.url, retry_config=None)
            for _ in range(2):
                ask(colour, client, whole=whole, **ASK)
            assert [request.connection for request in sim.requests] == [1, 1, 2]


def test_a_stale_connection_is_one_of_the_attempts(colour):
    with Simulator(["auto", Wire([], "reset"), "auto"]) as sim:
        client = colour.client(server_url=sim.url, retry_config=0)
        colour.complete(client, **ASK)
        stream = colour.open(client, **ASK)
        colour.collect(stream)
    stale, answered = stream.attempts
    assert (stale.status, stale.delay) == (None, 0.0)
    assert (answered.status, answered.reason, answered.delay) == (200, None, None)


def test_a_stale_connection_is_replaced_for_free_only_once(colour, subtests):
    for way, whole in WAYS.items():
        with subtests.test(way), Simulator(["auto", Wire([], "reset")]) as sim:
            client = colour.client(server_url=sim.url, retry_config=None)
            ask(colour, client, whole=whole, **ASK)
            with pytest.raises(errors.APIConnectionError):
                ask(colour, client, whole=whole, **ASK)
            assert [request.connection for request in sim.requests] == [1, 1, 2]


def test_a_connection_that_breaks_after_a_byte_of_the_answer_is_not_replaced_for_free(
    colour, subtests
):
    for way, whole in WAYS.items():
        server = ["auto", Wire([b"HTTP/1.1 2"], "cut"), "auto"]
        with subtests.test(way), Simulator(server) as sim:
            client = colour.client(server_url=sim.url, retry_config=None)
            ask(colour, client, whole=whole, **ASK)
            with pytest.raises(errors.APIConnectionError):
                ask(colour, client, whole=whole, **ASK)
            assert len(sim.requests) == 2


def test_a_connection_that_was_closed_while_it_was_idle_is_not_used(colour):
    with Simulator([Answer(body=STREAM, ending="close"), "auto"]) as sim:
        client = colour.client(server_url=sim.url, retry_config=None)
        colour.collect(colour.open(client, **ASK))
        sim.wait_for_connections()
        colour.collect(colour.open(client, **ASK))
        assert [request.connection for request in sim.requests] == [1, 2]


def test_twenty_streams_in_a_row_use_one_connection(colour, subtests, monkeypatch):
    # How long a stream waits for the end of its body is another test's: a busy machine is late.
    monkeypatch.setattr(bodies, "DRAIN_SECONDS", 30.0)
    for name, answer in {"in the same packet": AT_ONCE, "20 ms later": LATER}.items():
        with subtests.test(name), Simulator(answer) as sim:
            client = colour.client(server_url=sim.url)
            for _ in range(20):
                stream = colour.open(client, **ASK)
                assert len(colour.collect(stream)) == 4
                assert stream.end_reason == "done"
            assert (len(sim.requests), sim.connections) == (20, 1)


def test_streams_without_done_end_and_use_one_connection_where_their_body_ends(colour):
    with Simulator(Answer(body=STREAM[:-1])) as sim:
        client = colour.client(server_url=sim.url)
        for _ in range(3):
            stream = colour.open(client, **ASK)
            assert len(colour.collect(stream)) == 4
            assert stream.end_reason == "finish_reason_only"
        assert sim.connections == 1


ENDLESS = {
    "silence": Answer(body=STREAM, ending="hang"),
    "pings": Answer(body=[*STREAM, Repeat(b": ping\n\n", every=0.01)]),
    "a flood": Answer(body=[*STREAM, Repeat(b"x" * 65536)]),
}


def test_a_body_that_never_ends_after_done_is_given_up(colour, subtests):
    for name, endless in ENDLESS.items():
        with subtests.test(name), Simulator([endless, "auto"]) as sim:
            client = colour.client(server_url=sim.url)
            stream = colour.open(client, **ASK)
            assert len(colour.collect(stream)) == 4
            assert stream.end_reason == "done"
            sim.requests[0].closed.wait()
            colour.complete(client, **ASK)
            assert [request.connection for request in sim.requests] == [1, 2]


def test_the_last_event_does_not_wait_for_the_end_of_the_body(colour):
    gate = Gate()
    with Simulator(Answer(body=[*STREAM, gate])) as sim:
        stream = colour.open(colour.client(server_url=sim.url), **ASK)
        last = [colour.next(stream) for _ in range(4)][-1]
        assert last.data.choices[0].finish_reason == "stop"
        assert not sim.requests[0].closed.is_set()
        assert (colour.collect(stream), stream.end_reason) == ([], "done")
        sim.requests[0].closed.wait()


def test_a_stream_that_failed_does_not_take_the_next_one_with_it(colour):
    with Simulator([Answer(body=STREAM[:2], ending="cut"), AT_ONCE]) as sim:
        client = colour.client(server_url=sim.url)
        broken = colour.open(client, **ASK)
        with pytest.raises(errors.StreamInterruptedError):
            colour.collect(broken)
        assert len(colour.collect(colour.open(client, **ASK))) == 4
