"""The server's sockets: pieces, endings, limits, and what a test can wait for."""

import asyncio
import socket
import struct
import sys
import threading

import httpx2
import pytest
import trio

from mistralai.simulator import Answer, End, Gate, Limits, Pause, Repeat, Sequence, Simulator, Wire
from mistralai.simulator.app import App
from mistralai.simulator.server import Server
from support.raw_client import RawClient, chat, request_bytes

DONE = b"data: [DONE]\n\n"
ONE, TWO = b"data: 1\n\n", b"data: 2\n\n"
CUT_BYTES = b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"


def test_each_piece_is_a_send_of_its_own():
    first, second = Gate(), Gate()
    with (
        Simulator(Answer(body=[ONE, first, TWO, second, b"data: 3\n\n"])) as sim,
        RawClient(sim.url) as client,
    ):
        client.send(chat())
        first.reached.wait()
        head_and_one = client.read()
        first.open()
        second.reached.wait()
        two = client.read()
        second.open()
        three = client.read_to(b"0\r\n\r\n")
    assert head_and_one.endswith(b"\r\n\r\n9\r\ndata: 1\n\n\r\n")
    assert two == b"9\r\ndata: 2\n\n\r\n"
    assert three == b"9\r\ndata: 3\n\n\r\n0\r\n\r\n"


def test_pieces_that_follow_at_once_are_sends_of_their_own_without_delay(monkeypatch):
    sent = []

    class Socket(socket.socket):
        def send(self, data, *flags):
            if self.family == socket.AF_INET:  # the loop's own pair has no such option
                no_delay = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                sent.append((bytes(data), no_delay))
            return super().send(data, *flags)

    monkeypatch.setattr(socket, "socket", Socket)  # `accept` makes the server's from it
    with Simulator(Answer(body=[ONE, TWO[:4], TWO[4:]])) as sim, RawClient(sim.url) as client:
        client.send(chat())
        client.read_to(b"0\r\n\r\n")
        sim.requests[0].answered.wait()
    head, *pieces = [data for data, no_delay in sent if no_delay]
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert head.endswith(b"\r\n\r\n")
    chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (ONE, TWO[:4], TWO[4:])]
    assert pieces == [*chunks, b"0\r\n\r\n"]


def test_a_body_has_the_pieces_of_its_answer(subtests):
    piece = b"x" * 65536
    rows = {
        "a piece without bytes": (Answer(body=[ONE, b"", Repeat(b"", count=1), TWO]), ONE + TWO),
        "a step that ends it": (Answer(body=[ONE, End("clean"), TWO]), ONE),
        "more than buffers hold": (Answer(body=[piece] * 200), piece * 200),
    }
    for name, (answer, body) in rows.items():
        with subtests.test(name), Simulator(answer) as sim:
            assert httpx2.get(sim.url).content == body


def test_the_answer_to_a_head_has_no_body():
    with Simulator(Answer.of_json("x")) as sim, httpx2.Client() as client:
        assert client.head(sim.url).headers["content-length"] == "3"
        assert client.get(sim.url).json() == "x"
        assert sim.connections == 1


def test_it_listens_on_loopback_unless_told_otherwise(subtests):
    for host, url in [
        (None, "http://127.0.0.1:"),
        ("0.0.0.0", "http://0.0.0.0:"),
        ("::1", "http://[::1]:"),
    ]:
        options = {"host": host} if host else {}
        with subtests.test(host=host), Simulator(Answer.of_json("x"), **options) as sim:
            assert sim.url.startswith(url)
            assert httpx2.get(sim.url.replace("0.0.0.0", "127.0.0.1")).json() == "x"


GET = request_bytes(method="GET", path="/")
CLOSING = request_bytes(method="GET", path="/", headers={"connection": "close"})
START = b"HTTP/1.1 200 OK\r\ndate: d\r\nmistral-correlation-id: i\r\nx-kong-request-id: i\r\n"
CHUNKED = START + b"transfer-encoding: chunked\r\n"


def answered(**fields):
    """Return an answer whose header fields are known: those that the server would add."""
    own = {"date": "d", "mistral-correlation-id": "i", "x-kong-request-id": "i"}
    headers = own | fields.pop("headers", {})
    return Answer(headers=headers, content_type=None, **fields)


ENDINGS = {
    "chunked, close": (
        answered(body=[ONE], ending="close"),
        GET,
        CHUNKED + b"\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n",
        None,
    ),
    "chunked, cut": (
        answered(body=[ONE], ending="cut"),
        GET,
        CHUNKED + b"\r\n9\r\ndata: 1\n\n\r\n",
        None,
    ),
    "chunked, reset": (
        answered(body=[ONE], ending="reset"),
        GET,
        CHUNKED + b"\r\n9\r\ndata: 1\n\n\r\n",
        ConnectionResetError,
    ),
    "length, close": (
        answered(body=[ONE], framing="length", ending="close"),
        GET,
        START + b"content-length: 9\r\n\r\ndata: 1\n\n",
        None,
    ),
    "close, clean": (
        answered(body=[ONE], framing="close"),
        GET,
        START + b"connection: close\r\n\r\ndata: 1\n\n",
        None,
    ),
    "close, reset": (
        answered(body=[ONE], framing="close", ending="reset"),
        GET,
        START + b"connection: close\r\n\r\ndata: 1\n\n",
        ConnectionResetError,
    ),
    "a length that is a lie": (
        answered(headers={"content-length": "100"}, body=[ONE], framing="length", ending="cut"),
        GET,
        START + b"content-length: 100\r\n\r\ndata: 1\n\n",
        None,
    ),
    "HTTP/1.0": (
        answered(body=[ONE, TWO]),
        b"POST / HTTP/1.0\r\n\r\n",
        START + b"connection: close\r\n\r\ndata: 1\n\ndata: 2\n\n",
        None,
    ),
    "connection: close": (
        answered(body=[ONE]),
        CLOSING,
        CHUNKED + b"connection: close\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n",
        None,
    ),
    "exact bytes, connection: close": (
        Wire([b"HTTP/1.1 204 No\r\n\r\n"]),
        CLOSING,
        b"HTTP/1.1 204 No\r\n\r\n",
        None,
    ),
    "exact bytes, cut": (Wire([CUT_BYTES], "cut"), GET, CUT_BYTES, None),
}


def test_an_answer_ends_as_its_scenario_says(subtests):
    for name, (answer, request, expected, error) in ENDINGS.items():
        with subtests.test(name), Simulator(answer) as sim, RawClient(sim.url) as client:
            client.send(request)
            data, raised = client.read_all()
            sim.requests[0].answered.wait()
            assert data == expected
            assert isinstance(raised, error) if error else raised is None


def test_something_may_happen_before_the_head():
    gate = Gate()
    with Simulator(Answer(body=[ONE], before=[gate])) as sim, RawClient(sim.url) as client:
        client.send(chat())
        gate.reached.wait()
        client.sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.read()
        client.sock.settimeout(10)
        gate.open()
        assert client.read_to(b"0\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


def test_header_fields_that_are_given_are_not_added_again():
    given = {"Content-Type": "a/b", "Date": "now", "Transfer-Encoding": "identity"}
    with Simulator(Answer(headers=given)) as sim, RawClient(sim.url) as client:
        client.send(request_bytes(method="GET", path="/", headers={"connection": "close"}))
        head, _ = client.read_all()
    assert head.count(b"content-type") == head.count(b"date:") == 1
    assert b"transfer-encoding: identity\r\n" in head


def test_a_status_may_be_any_and_some_have_no_body(subtests):
    for status, body in [(204, b""), (304, b""), (599, b"x")]:
        with subtests.test(status=status):
            answer = Answer(status=status, body=[b"x"], ending="close")
            with Simulator(answer) as sim, RawClient(sim.url) as client:
                client.send(chat())
                data, _ = client.read_all()
            head, _, rest = data.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d " % status)
            assert rest == (b"1\r\nx\r\n0\r\n\r\n" if body else b"")
            assert (b"transfer-encoding" in head) is bool(body)


def test_a_stream_is_made_of_json_values():
    whole = Answer.of_events({"a": "\u00e9"}, [1])
    assert [*whole.body] == ['data: {"a":"\u00e9"}\n\n'.encode(), b"data: [1]\n\n", DONE]
    assert [*Answer.of_events(1, done=False).body] == [b"data: 1\n\n"]


def test_an_answer_without_end_ends_when_the_client_leaves(subtests):
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


def test_a_client_that_closes_its_side_and_reads_no_more_is_let_go():
    with Simulator(Answer(body=[b"x" * 65536] * 400)) as sim, RawClient(sim.url) as client:
        client.send(chat())
        sim.wait_for_requests(1)
        client.sock.shutdown(socket.SHUT_WR)
        sim.requests[0].closed.wait()
        sim.wait_for_connections(at_most=0)


def test_nothing_is_written_to_a_client_that_has_gone(caplog):
    def body():
        yield ONE
        linger = struct.pack("ii", 1, 0)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.sock.close()  # a reset, while the server is in the middle of its pieces
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
        raise AssertionError("a loop that may hold what is written")

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


def test_requests_on_each_others_heels_are_answered_in_order():
    answers = [Answer.of_json(number) for number in range(3)]
    with Simulator(answers) as sim, RawClient(sim.url) as client:
        client.send(chat("a") + chat("b") + chat("c"))
        data = client.read_to(b"\r\n\r\n2")
        assert [data.index(b"\r\n\r\n%d" % number) for number in range(3)] == sorted(
            data.index(b"\r\n\r\n%d" % number) for number in range(3)
        )
        contents = [request.json["messages"][0]["content"] for request in sim.requests]
    assert contents == ["a", "b", "c"]


def test_a_scenario_chooses_the_answer_to_each_request(subtests, tmp_path):
    file = tmp_path / "turns.toml"
    file.write_text("[[answers]]\nstatus = 503\n[[answers]]\nstatus = 200\n")
    pair = [Answer(status=503), Answer(status=200)]
    rows = {
        "a sequence repeats its last answer": (
            Sequence([Answer(status=503), [Answer(status=429), Answer(status=200)]]),
            [503, 429, 200, 200],
        ),
        "a function": (lambda request: Answer(status=int(request.path[1:]) + 400), [400, 401, 402]),
        "a function that returns the same list": (lambda _: pair, [503, 200, 200]),
        "a function that returns the same file": (lambda _: file, [503, 200, 200]),
    }
    for name, (scenario, statuses) in rows.items():
        with subtests.test(name), Simulator(scenario) as sim:
            found = [httpx2.get(f"{sim.url}/{n}").status_code for n in range(len(statuses))]
            assert found == statuses


def test_a_misuse_is_refused_with_what_to_do(subtests, monkeypatch):
    def starts_again():
        with Simulator() as sim:
            sim.start()

    def without_trustme():
        monkeypatch.setitem(sys.modules, "trustme", None)
        Simulator(tls=True).start()

    def without_tls():
        with Simulator() as sim:
            sim.ca_pem  # noqa: B018 - reading it is what raises

    def taken_port():
        with Simulator() as sim:
            Simulator(port=sim.port).start()

    rows = {
        "not a scenario": (lambda: Simulator(5), TypeError, "5 is not a scenario"),
        "empty sequence": (lambda: Sequence([]), ValueError, "at least one"),
        "started twice": (starts_again, RuntimeError, "already running"),
        "URL before the start": (lambda: Simulator().url, RuntimeError, "started"),
        "TLS without trustme": (without_trustme, RuntimeError, r"mistralai\[simulator\]"),
        "certificate without TLS": (without_tls, RuntimeError, "tls=True"),
        "taken port": (taken_port, OSError, "in use"),
    }
    for name, (misuse, error, message) in rows.items():
        with subtests.test(name), pytest.raises(error, match=message):
            misuse()


def test_a_function_that_fails_drops_the_connection_and_logs(caplog):
    def fail(_request):
        raise ZeroDivisionError

    with Simulator(fail) as sim, RawClient(sim.url) as client:
        client.send(chat())
        assert client.read_all() == (b"", None)
        sim.wait_for_connections(at_most=0)
    assert "POST /v1/chat/completions failed" in caplog.text


def test_a_client_that_waits_for_100_continue_gets_it():
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


def test_only_the_newest_requests_are_kept():
    with Simulator(limits=Limits(kept_requests=2)) as sim, RawClient(sim.url) as client:
        for content in "abc":
            client.send(chat(content, stream=True))
            client.read_to(b"0\r\n\r\n")
        sim.wait_for_requests(3)
        assert [request.number for request in sim.requests] == [2, 3]


def test_a_connection_in_its_handshake_is_dropped_at_the_stop():
    sim = Simulator(tls=True)
    sim.start()
    with RawClient(sim.url.replace("https", "http")) as client:
        client.send(b"\x16\x03\x01")  # the first bytes of a ClientHello
        sim.stop()
        assert client.read_all()[0] == b""


def test_a_handshake_that_fails_leaves_the_server_well():
    with Simulator(Answer.of_json("ok"), tls=True) as sim:
        with RawClient(sim.url.replace("https", "http")) as client:
            client.send(b"GET / HTTP/1.1\r\n\r\n")
            client.read_all()
        with RawClient(sim.url, ca_pem=sim.ca_pem) as client:
            client.send(chat())
            client.read_to(b'"ok"')


def test_what_tests_look_at_can_be_printed():
    gate = Gate()
    gate.open()
    with Simulator(Answer.of_json(1)) as sim:
        httpx2.get(sim.url, headers={"x-a": "b"})
        headers = sim.requests[0].headers
    assert gate.is_open
    assert repr(gate.reached) == "<Signal 'the server at the gate': not yet>"
    assert "('x-a', 'b')" in repr(headers)
    assert headers["x-a"] in dict(headers).values()
    assert len(headers) == len(headers.pairs)


def test_a_pause_is_shortened_by_the_speed():
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    answer = Answer(body=[Pause(3.0), ONE, Repeat(TWO, every=1.0, count=2)])
    with Simulator(answer, sleep=sleep, speed=2) as sim:
        body = httpx2.get(sim.url).content
    assert slept == [1.5, 0.5, 0.5]
    assert body == ONE + TWO + TWO


def test_the_request_is_kept_as_it_came():
    with Simulator(Answer.of_json(None)) as sim:
        httpx2.post(f"{sim.url}/a/b?c=d", json={"x": 1}, headers={"X-One": "1"})
        request = sim.requests[0]
    assert (request.method, request.path, request.target) == ("POST", "/a/b", "/a/b?c=d")
    assert request.json == {"x": 1}
    assert request.headers["x-ONE"] == "1"
    assert "x-one" in request.headers
    assert request.closed.is_set()


def test_tls_is_spoken_with_a_certificate_of_its_own():
    with Simulator("echo", tls=True) as sim:
        with RawClient(sim.url, ca_pem=sim.ca_pem) as client:
            client.send(chat(stream=True))
            assert client.read_to(b"0\r\n\r\n").endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
        assert sim.url.startswith("https://")
        ca_file = sim.ca_file
        assert ca_file.read_bytes() == sim.ca_pem
    assert not ca_file.exists()


def test_under_tls_a_broken_answer_has_no_farewell(subtests):
    for ending in ["cut", "reset"]:
        with subtests.test(ending=ending):
            with (
                Simulator(Answer(body=[ONE], ending=ending), tls=True) as sim,
                RawClient(sim.url, ca_pem=sim.ca_pem) as client,
            ):
                client.send(chat())
                data, error = client.read_all()
            assert ONE in data
            assert isinstance(error, OSError)


def test_stopping_drops_every_connection_and_may_be_repeated():
    sim = Simulator(Answer(body=[ONE], ending="hang"))
    sim.start()
    with RawClient(sim.url) as client:
        client.send(chat())
        client.read_to(b"data: 1\n\n\r\n")
        sim.stop()
        sim.stop()
        assert client.read() == b""
    assert sim.open_connections == 0


def test_stopping_leaves_no_thread():
    before = threading.active_count()
    with Simulator():
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


async def _asked(sim):
    async with httpx2.AsyncClient() as client:
        await client.get(sim.url)
        await sim.requests[0].answered.wait_async()
    await sim.requests[0].closed.wait_async()
    return sim.requests[0].method


async def _used_with_async_with():
    async with Simulator(Answer.of_json(None)) as sim:
        return await _asked(sim)


def test_async_with_works_under_asyncio():
    assert asyncio.run(_used_with_async_with()) == "GET"


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx2's own, under trio
def test_async_with_works_under_trio():
    assert trio.run(_used_with_async_with) == "GET"


def test_waiting_in_vain_says_for_what():
    with Simulator() as sim:
        with pytest.raises(TimeoutError, match="2 requests"):
            sim.wait_for_requests(2, timeout=0)
        with RawClient(sim.url) as client:
            client.send(b"x")
            with pytest.raises(TimeoutError, match="the gate"):
                Gate().reached.wait(timeout=0)
