"""Answers on the wire: pieces, framing and endings."""

import socket

import httpx2
import pytest

from mistralai.simulator import Answer, End, Gate, Pause, Repeat, Simulator, Wire
from support.raw_client import RawClient, chat, request_bytes
from support.spoiling import recorded_sleep

DONE = b"data: [DONE]\n\n"


ONE, TWO = b"data: 1\n\n", b"data: 2\n\n"


CUT_BYTES = b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"


def test_each_piece_is_a_separate_send():
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


def test_consecutive_pieces_are_separate_sends_without_delay(monkeypatch):
    sent = []

    class Socket(socket.socket):
        def send(self, data, *flags):
            if self.family == socket.AF_INET:  # the loop's socket pair lacks the option
                no_delay = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                sent.append((bytes(data), no_delay))
            return super().send(data, *flags)

    monkeypatch.setattr(socket, "socket", Socket)  # `accept` returns this class
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


def test_steps_may_come_before_the_head():
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


def test_the_header_fields_of_an_answer_replace_the_added_ones():
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


def test_a_pause_is_shortened_by_the_speed():
    slept = []

    answer = Answer(body=[Pause(3.0), ONE, Repeat(TWO, every=1.0, count=2)])
    with Simulator(answer, sleep=recorded_sleep(slept), speed=2) as sim:
        body = httpx2.get(sim.url).content
    assert slept == [1.5, 0.5, 0.5]
    assert body == ONE + TWO + TWO


def test_a_cut_answer_has_no_close_notify(subtests):
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
