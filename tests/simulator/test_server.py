"""The connections of the server: clients that leave, pipelining, limits, the stop."""

import asyncio
import socket
import struct

import httpx2

from mistralai.simulator import Answer, Gate, Limits, Repeat, Simulator
from mistralai.simulator.app import App
from mistralai.simulator.server import Server
from support.raw_client import RawClient, chat, request_bytes

ONE, TWO = b"data: 1\n\n", b"data: 2\n\n"


def test_an_endless_answer_ends_when_the_client_leaves(subtests):
    gate = Gate()
    rows = {
        "hang": Answer(body=[ONE], ending="hang"),
        "gate": Answer(body=[ONE, gate, TWO]),
        "repeat": Answer(body=[ONE, Repeat(b": ping\n\n")]),
    }
    for name, answer in rows.items():
        with subtests.test(name), Simulator(answer) as sim:
            with RawClient(sim.url) as client:
                client.send(chat())
                _, error = client.read_until(lambda data: ONE in data)
                assert error is None
                if name == "gate":
                    gate.reached.wait()
                assert not sim.requests[0].closed.is_set()
            sim.requests[0].closed.wait()
            sim.wait_for_connections(at_most=0)
            assert sim.open_connections == 0
            if name == "gate":
                gate.open()
            assert sim.requests[0].answered.is_set() is (name == "hang")


def test_a_client_that_closes_its_side_is_disconnected():
    with Simulator(Answer(body=[b"x" * 65536] * 400)) as sim, RawClient(sim.url) as client:
        client.send(chat())
        sim.wait_for_requests(1)
        client.sock.shutdown(socket.SHUT_WR)
        sim.requests[0].closed.wait()
        sim.wait_for_connections(at_most=0)


def test_nothing_is_written_to_a_client_that_has_left(caplog):
    def body():
        yield ONE
        linger = struct.pack("ii", 1, 0)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.sock.close()  # a reset between two pieces
        yield from [TWO] * 20

    with Simulator(lambda _: Answer(body=body())) as sim, RawClient(sim.url) as client:
        client.send(chat())
        sim.wait_for_requests(1)[0].closed.wait()
        sim.wait_for_connections(at_most=0)
    assert caplog.text == ""


def test_a_connection_that_was_just_accepted_is_closed_at_the_stop():
    async def stopped_at_once():
        app = App("auto", seed=0, api_key=None)
        server = Server(app, limits=Limits(), seed=0, sleep=None, speed=1)
        listening = socket.create_server(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve(listening, None))
        await asyncio.sleep(0)
        client = socket.create_connection(listening.getsockname(), timeout=10)
        server._accept(listening, None)
        serving.cancel()
        await asyncio.wait([serving])
        return client

    with asyncio.run(stopped_at_once()) as client:
        assert client.recv(1) == b""


def test_the_loop_is_not_that_of_the_policy(monkeypatch):
    def fail():
        raise AssertionError("a loop that may join writes")

    monkeypatch.setattr(asyncio.events, "new_event_loop", fail)
    with Simulator(Answer.of_json("ok")) as sim:
        assert httpx2.get(sim.url).json() == "ok"


def test_one_connection_serves_many_requests():
    with Simulator() as sim, RawClient(sim.url) as client:
        for _ in range(3):
            client.send(chat(stream=True))
            client.read_to(b"0\r\n\r\n")
        assert (sim.connections, sim.open_connections) == (1, 1)
        assert [request.connection for request in sim.requests] == [1, 1, 1]


def test_pipelined_requests_are_answered_in_order():
    answers = [Answer.of_json(number) for number in range(3)]
    with Simulator(answers) as sim, RawClient(sim.url) as client:
        client.send(chat("a") + chat("b") + chat("c"))
        data = client.read_to(b"\r\n\r\n2")
        assert [data.index(b"\r\n\r\n%d" % number) for number in range(3)] == sorted(
            data.index(b"\r\n\r\n%d" % number) for number in range(3)
        )
        contents = [request.json["messages"][0]["content"] for request in sim.requests]
    assert contents == ["a", "b", "c"]


def test_a_function_that_fails_drops_the_connection_and_logs(caplog):
    def fail(_request):
        raise ZeroDivisionError

    with Simulator(fail) as sim, RawClient(sim.url) as client:
        client.send(chat())
        assert client.read_all() == (b"", None)
        sim.wait_for_connections(at_most=0)
    assert "POST /v1/chat/completions failed" in caplog.text


def test_a_client_that_waits_for_100_continue_receives_it():
    with Simulator(Answer.of_json("ok")) as sim, RawClient(sim.url) as client:
        client.send(
            b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
        )
        assert client.read() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"{}")
        client.read_to(b'"ok"')
        assert sim.requests[0].body == b"{}"


def test_a_bad_request_is_refused_and_the_connection_closed(subtests):
    rows = {
        "not HTTP": (b"hello\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
        "past the size limit": (chat("x" * 1000), b"HTTP/1.1 413 "),
        "an endless head": (b"GET / HTTP/1.1\r\na: " + b"x" * 70_000, b"HTTP/1.1 431 "),
        "an unknown coding": (
            request_bytes(headers={"transfer-encoding": "gzip"}),
            b"HTTP/1.1 501 ",
        ),
    }
    for name, (request, start) in rows.items():
        with (
            subtests.test(name),
            Simulator(limits=Limits(request_size=1000)) as sim,
            RawClient(sim.url) as client,
        ):
            client.send(request)
            data, error = client.read_all()
            assert data.startswith(start)
            assert error is None


def test_requests_held_past_the_limit_end_the_connection():
    gate = Gate()
    with (
        Simulator(Answer(body=[gate]), limits=Limits(request_size=1000)) as sim,
        RawClient(sim.url) as client,
    ):
        client.send(chat())
        gate.reached.wait()
        client.send(b"x" * 100_000)
        sim.requests[0].closed.wait()


def test_a_connection_past_the_limit_is_refused():
    with (
        Simulator(limits=Limits(connections=1)) as sim,
        RawClient(sim.url),
        RawClient(sim.url) as second,
    ):
        data, _ = second.read_all()
    assert data.startswith(b"HTTP/1.1 503 ")


def test_a_connection_in_its_handshake_is_dropped_at_the_stop():
    sim = Simulator(tls=True)
    sim.start()
    with RawClient(sim.url.replace("https", "http")) as client:
        client.send(b"\x16\x03\x01")  # the first bytes of a ClientHello
        sim.stop()
        assert client.read_all()[0] == b""


def test_the_server_survives_a_failed_handshake():
    with Simulator(Answer.of_json("ok"), tls=True) as sim:
        with RawClient(sim.url.replace("https", "http")) as client:
            client.send(b"GET / HTTP/1.1\r\n\r\n")
            client.read_all()
        with RawClient(sim.url, ca_pem=sim.ca_pem) as client:
            client.send(chat())
            client.read_to(b'"ok"')
