"""A proxy that records the answers of another server."""

import gzip
import json
import stat
import zlib

import pytest

from mistralai.recording import load
from mistralai.simulator import Answer, Gate, Repeat, Scenario, Simulator, Upstream, Wire, faults
from support.raw_answer import ask
from support.raw_client import RawClient, request_bytes
from support.recordings import ASKED, KEY, wanted


@pytest.fixture
def record(tmp_path):
    return tmp_path / "record"


def test_a_proxy_relays_each_read_immediately_and_records_it(record):
    gate = Gate()
    body = [b"data: 1\n\n", gate, b"data: 2\n\n"]
    upstream = Simulator(Answer(body=body, headers={"x-request-id": "r", "cf-ray": "c"}))
    with (
        upstream,
        Simulator(Upstream(upstream.url, record)) as proxy,
        RawClient(proxy.url) as client,
    ):
        client.send(wanted(**{"x-own": "1", "connection": "keep-alive"}))
        first = client.read_to(b"data: 1\n\n\r\n")
        gate.open()
        rest = client.read_to(b"0\r\n\r\n")
        sent = upstream.requests[0]
    assert b"x-request-id: r\r\n" in first
    assert b"cf-ray: c\r\n" in first
    assert rest == b"9\r\ndata: 2\n\n\r\n0\r\n\r\n"
    assert (sent.method, sent.target, sent.json) == ("POST", "/v1/chat/completions", ASKED)
    assert sent.headers["accept-encoding"] == "identity"
    assert (sent.headers["x-own"], sent.headers["authorization"]) == ("1", f"Bearer {KEY}")
    [exchange] = load(record / "exchanges.jsonl")
    assert [read.data for read in exchange.reads] == [b"data: 1\n\n", b"data: 2\n\n"]
    assert (exchange.status, exchange.end) == (200, "complete")
    assert exchange.headers["x-request-id"] == "r"
    assert KEY not in (record / "exchanges.jsonl").read_text()
    assert stat.S_IMODE((record / "exchanges.jsonl").stat().st_mode) == 0o600


def test_the_recording_of_a_proxy_is_played_back_without_the_server(record):
    upstream = Simulator("poem")
    with upstream, Simulator(Upstream(upstream.url, record)) as proxy:
        first, missing = ask(proxy, wanted()), ask(proxy, request_bytes(method="GET", path="/no"))
    with Simulator(Upstream(upstream.url, record)) as proxy:
        again = [ask(proxy, wanted()), ask(proxy, request_bytes(method="GET", path="/no"))]
        other = ask(proxy, wanted({**ASKED, "n": 2}))
    assert [answer.body for answer in again] == [first.body, missing.body]
    assert [answer.status for answer in again] == [200, 404]
    assert other.status == 404
    assert len(upstream.requests) == 2


def test_the_mode_of_a_proxy_decides_when_it_relays(record):
    upstream = Simulator("poem")
    with upstream:
        with pytest.raises(FileNotFoundError, match="use the mode once"):
            Simulator(Upstream(upstream.url, record, "none"))
        for mode, asked in [("once", 1), ("once", 1), ("none", 1), ("all", 2), ("all", 3)]:
            with Simulator(Upstream(upstream.url, record, mode)) as proxy:
                assert ask(proxy, wanted()).status == 200
            assert len(upstream.requests) == asked
    assert len(load(record / "exchanges.jsonl")) == 3


ONE = b"data: 1\n\n"


PACKED = gzip.compress(b"plain")


DEFLATED = zlib.compress(b"plain")


RELAYED = {
    "cut": (Answer(body=[ONE], ending="cut"), "cut", ONE),
    "reset": (Answer(body=[ONE], ending="reset"), "cut", ONE),
    "until close": (Answer(body=[ONE], framing="close"), "complete", ONE),
    "length": (Answer.of_json({"a": 1}), "complete", b'{"a":1}'),
    "not HTTP": (Wire([b"HTTP/1.1 2oo\r\n\r\n"], "cut"), "cut", b""),
    "bad chunk": (
        Wire([b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\nz\r\n"]),
        "cut",
        b"x",
    ),
    "interim response": (
        Wire([b"HTTP/1.1 103 Hint\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx"]),
        "complete",
        b"x",
    ),
    # A body is recorded decoded, whatever its coding.
    "gzip": (
        Answer(headers={"content-encoding": "X-Gzip"}, body=[PACKED[:5], PACKED[5:]]),
        "complete",
        b"plain",
    ),
    "deflate": (
        Answer(headers={"content-encoding": "deflate"}, body=[DEFLATED[:5], DEFLATED[5:]]),
        "complete",
        b"plain",
    ),
}


def test_a_proxy_relays_a_body_and_records_it_and_its_end(subtests, tmp_path):
    for name, (answer, end, recorded_body) in RELAYED.items():
        with subtests.test(name):
            record = tmp_path / name
            upstream = Simulator(answer)
            with upstream, Simulator(Upstream(upstream.url, record)) as proxy:
                sent = ask(proxy, wanted(connection="close")) if name != "not HTTP" else None
                if sent is None:
                    with RawClient(proxy.url) as client:
                        client.send(wanted(connection="close"))
                        assert client.read_all() == (b"", None)
            [exchange] = load(record / "exchanges.jsonl")
            read = b"".join(read.data for read in exchange.reads)
            assert (exchange.end, read) == (end, recorded_body)
            if sent is not None:
                packed = {"gzip": PACKED, "deflate": DEFLATED}.get(name, recorded_body)
                assert (sent.body, sent.end) == (packed, "eof" if end == "cut" else "whole")


def test_a_client_that_leaves_a_proxy_closes_the_server_too(record):
    upstream = Simulator(Answer(body=[b"data: 1\n\n"], ending="hang"))
    with upstream, Simulator(Upstream(upstream.url, record)) as proxy:
        with RawClient(proxy.url) as client:
            client.send(wanted())
            client.read_to(b"data: 1\n\n\r\n")
        upstream.requests[0].closed.wait()
        proxy.wait_for_connections(at_most=0)
    [exchange] = load(record / "exchanges.jsonl")
    assert (exchange.end, exchange.reads[0].data) == ("closed", b"data: 1\n\n")


def test_a_compressed_body_is_relayed_compressed_and_recorded_decoded(record):
    upstream = Simulator(Scenario("echo", faults=[faults.Gzip()]))
    with upstream, Simulator(Upstream(upstream.url, record)) as proxy:
        answer = ask(proxy, wanted())
    assert answer.headers["content-encoding"] == "gzip"
    [exchange] = load(record / "exchanges.jsonl")
    assert b"".join(read.data for read in exchange.reads) == gzip.decompress(answer.body)


def test_a_proxy_serves_each_kind_of_client(subtests, tmp_path):
    rows = {
        "HEAD": (
            request_bytes(method="HEAD", path="/v1/models"),
            b"HTTP/1.1 405 Method Not Allowed\r\n",
            b"\r\n\r\n",
        ),
        "HTTP/1.0": (b"POST / HTTP/1.0\r\n\r\n", b"HTTP/1.1 404 ", b'{"detail":"Not Found"}'),
    }
    for name, (request, start, end) in rows.items():
        upstream = Simulator("echo")
        with (
            subtests.test(name),
            upstream,
            Simulator(Upstream(upstream.url, tmp_path / name.replace("/", "-"))) as proxy,
            RawClient(proxy.url) as client,
        ):
            client.send(request)
            data, error = client.read_all()
            assert data.startswith(start)
            assert data.endswith(end)
            assert b"chunked" not in data
            assert error is None


def test_an_unreachable_server_is_a_recorded_502(record):
    upstream = Simulator()
    with upstream:
        url = upstream.url
    with Simulator(Upstream(url, record)) as proxy:
        answer = ask(proxy, wanted())
    assert (answer.status, answer.end) == (502, "whole")
    assert "no connection to 127.0.0.1:" in json.loads(answer.body)["message"]
    [exchange] = load(record / "exchanges.jsonl")
    assert (exchange.status, exchange.end) == (None, "cut")


def test_a_proxy_uses_tls_with_its_server(record):
    upstream = Simulator("echo", tls=True)
    with upstream:
        asked = Upstream(upstream.url + "/", record, ca_file=upstream.ca_file)
        with Simulator(asked) as proxy:
            assert ask(proxy, wanted()).status == 200


def test_an_invalid_url_is_rejected(subtests, record):
    for url in ["api.mistral.ai", "ftp://h", "https://"]:
        with subtests.test(url=url), pytest.raises(ValueError, match="is not a URL"):
            Upstream(url, record)


def test_a_proxy_may_be_stopped_during_an_answer(record):
    upstream = Simulator(Answer(body=[Repeat(b": ping\n\n")]))
    with upstream:
        proxy = Simulator(Upstream(upstream.url, record))
        proxy.start()
        with RawClient(proxy.url) as client:
            client.send(wanted())
            client.read()
            proxy.stop()
        upstream.requests[0].closed.wait()
    assert load(record / "exchanges.jsonl")[0].end == "closed"
