"""`Simulator`: its arguments, what it shows, and how it starts and stops."""

import asyncio
import sys
import threading

import httpx2
import pytest
import trio

from mistralai.simulator import Answer, Gate, Limits, Sequence, Simulator
from support.raw_client import RawClient, chat

ONE, TWO = b"data: 1\n\n", b"data: 2\n\n"


def test_it_listens_on_loopback_by_default(subtests):
    for host, url in [
        (None, "http://127.0.0.1:"),
        ("0.0.0.0", "http://0.0.0.0:"),
        ("::1", "http://[::1]:"),
    ]:
        options = {"host": host} if host else {}
        with subtests.test(host=host), Simulator(Answer.of_json("x"), **options) as sim:
            assert sim.url.startswith(url)
            assert httpx2.get(sim.url.replace("0.0.0.0", "127.0.0.1")).json() == "x"


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


def test_a_misuse_is_an_error_that_says_what_to_do(subtests, monkeypatch):
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


def test_only_the_newest_requests_are_kept():
    with Simulator(limits=Limits(kept_requests=2)) as sim, RawClient(sim.url) as client:
        for content in "abc":
            client.send(chat(content, stream=True))
            client.read_to(b"0\r\n\r\n")
        sim.wait_for_requests(3)
        assert [request.number for request in sim.requests] == [2, 3]


def test_requests_and_signals_have_a_repr():
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


def test_the_request_is_kept_unchanged():
    with Simulator(Answer.of_json(None)) as sim:
        httpx2.post(f"{sim.url}/a/b?c=d", json={"x": 1}, headers={"X-One": "1"})
        request = sim.requests[0]
    assert (request.method, request.path, request.target) == ("POST", "/a/b", "/a/b?c=d")
    assert request.json == {"x": 1}
    assert request.headers["x-ONE"] == "1"
    assert "x-one" in request.headers
    assert request.closed.is_set()


def test_tls_uses_a_certificate_of_the_simulator():
    with Simulator("echo", tls=True) as sim:
        with RawClient(sim.url, ca_pem=sim.ca_pem) as client:
            client.send(chat(stream=True))
            assert client.read_to(b"0\r\n\r\n").endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
        assert sim.url.startswith("https://")
        ca_file = sim.ca_file
        assert ca_file.read_bytes() == sim.ca_pem
    assert not ca_file.exists()


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


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # from httpx2 under trio
def test_async_with_works_under_trio():
    assert trio.run(_used_with_async_with) == "GET"


def test_a_timeout_names_the_awaited_event():
    with Simulator() as sim:
        with pytest.raises(TimeoutError, match="2 requests"):
            sim.wait_for_requests(2, timeout=0)
        with RawClient(sim.url) as client:
            client.send(b"x")
            with pytest.raises(TimeoutError, match="the gate"):
                Gate().reached.wait(timeout=0)
