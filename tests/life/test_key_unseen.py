"""The key is sent, and shown nowhere: not by objects, errors, logs or tracebacks with locals."""

import logging
import signal
import socket
import sys
import threading
import zlib
from contextlib import contextmanager
from itertools import product

import anyio
import httpx2
import pytest
from pydantic import BaseModel

from mistralai import Mistral, Timeouts
from mistralai.client import errors
from mistralai.client._http.aio import AioConnection
from mistralai.client._http.trionet import TrioConnection
from mistralai.simulator import Answer, Gate, Repeat, Simulator, Wire
from support.faults import quickly
from support.serving import ASK, DONE, HELLO, chunk, event
from support.unseen import rendered, shown

KEY = "a-key-that-nobody-may-see"


class Form(BaseModel):
    pass


FIRST = event(chunk("Hel"))
ENDLESS = Answer(body=[FIRST], ending="hang")
SHORT = {"timeouts": Timeouts(first_event=0.2, idle=0.2)}
TOTAL = {"timeouts": Timeouts(total=0.5)}
CONNECT = {"timeouts": Timeouts(connect=0.2)}
ZIPPED = zlib.compress(FIRST)[:-4] + b"oops"

# What a server does, the settings of the call, and the error that comes of it.
FAULTS = {
    "closed before an answer": (Wire([], "cut"), {}, errors.APIConnectionError),
    "reset before an answer": (Wire([], "reset"), {}, errors.APIConnectionError),
    "no HTTP": (Wire([b"oops\r\n\r\n"], "cut"), {}, errors.APIConnectionError),
    "silence before the head": (Wire([], "hang"), SHORT, errors.APITimeoutError),
    "an error status": (Answer.of_json({"detail": "no"}, status=401), {}, errors.SDKError),
    "a wrong field": (
        Answer.of_json({"detail": [{"loc": ["body"], "msg": "no", "type": "x"}]}, status=422),
        {},
        errors.HTTPValidationError,
    ),
    "a redirect": (
        Answer(status=307, headers={"location": "https://elsewhere.example/"}),
        {},
        errors.SDKError,
    ),
    "HTML": (
        Answer(body=[b"<html>"], content_type="text/html"),
        {},
        errors.ResponseValidationError,
    ),
    "cut off": (Answer(body=[FIRST], ending="cut"), {}, errors.StreamInterruptedError),
    "reset": (Answer(body=[FIRST], ending="reset"), {}, errors.APIConnectionError),
    "truncated": (Answer(body=[FIRST]), {}, errors.StreamTruncatedError),
    "silence": (ENDLESS, SHORT, errors.APITimeoutError),
    "no end": (Answer(body=[Repeat(FIRST, every=0.01)]), TOTAL, errors.APITimeoutError),
    "bad JSON": (Answer(body=[FIRST, b"data: {oops\n\n"]), {}, errors.ResponseValidationError),
    "an error object": (
        Answer(body=[FIRST, event({"object": "error", "message": "no"})]),
        {},
        errors.InternalServerError,
    ),
    "corrupt compression": (
        Answer(body=[ZIPPED], headers={"content-encoding": "deflate"}),
        {},
        errors.ResponseValidationError,
    ),
}


@pytest.fixture
def logged(caplog):
    """Capture all loggers at DEBUG, those of the HTTP libraries too."""
    caplog.set_level(logging.DEBUG)
    return caplog


def check(error, logged):
    assert KEY not in rendered(error)
    assert KEY not in shown(error)
    assert "mistralai" in {record.name for record in logged.records}
    assert KEY not in logged.text


def key_of(kind):
    return KEY if kind == "text" else lambda: KEY


def test_whatever_a_server_does(colour, logged, subtests):
    for (name, (server, call, expected)), kind in product(FAULTS.items(), ("text", "callable")):
        with subtests.test(f"{name}, {kind}"):
            logged.clear()
            with Simulator(server) as sim:
                client = colour.client(api_key=key_of(kind), server_url=sim.url, retry_config=None)
                with pytest.raises(expected) as caught:
                    colour.collect(colour.open(client, **ASK, **call))
                assert sim.requests[0].headers["authorization"] == f"Bearer {KEY}"
            check(caught.value, logged)


def test_a_server_that_is_not_there(colour, logged):
    with Simulator() as sim:
        pass
    client = colour.client(api_key=KEY, server_url=sim.url, retry_config=1)
    with pytest.raises(errors.APIConnectionError) as caught:
        colour.complete(client, **ASK)
    check(caught.value, logged)


def test_a_certificate_that_does_not_verify(colour, logged):
    with Simulator(tls=True) as sim:
        client = colour.client(api_key=KEY, server_url=sim.url)
        with pytest.raises(errors.APIConnectionError, match="certificate") as caught:
            colour.complete(client, **ASK)
    check(caught.value, logged)


def test_a_handshake_that_hangs(colour, logged):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        client = colour.client(api_key=KEY, server_url=url, retry_config=None)
        with pytest.raises(errors.APITimeoutError) as caught:
            colour.complete(client, **ASK, **CONNECT)
    assert caught.value.phase == "connect"
    check(caught.value, logged)


def test_a_pool_without_a_place(logged):
    with Simulator(ENDLESS) as sim, httpx2.Client(limits=httpx2.Limits(max_connections=1)) as http:
        client = Mistral(KEY, server_url=sim.url, client=http)
        with client.chat.stream(**ASK), pytest.raises(errors.APITimeoutError) as caught:
            client.chat.complete(**ASK, retries=None, **CONNECT)
    assert caught.value.phase == "connect"
    check(caught.value, logged)


# --- errors that are not the fault of a server --------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no signal is sent to a thread there")
def test_an_interrupt(logged, subtests):
    head, body = Gate(), Gate()
    for where, gate, answer in [
        ("the head", head, Wire([head])),
        ("the body", body, Answer(body=[FIRST, body])),
    ]:
        with subtests.test(f"in {where}"), Simulator(answer) as sim:
            client = Mistral(KEY, server_url=sim.url)
            with interrupting(gate), pytest.raises(KeyboardInterrupt) as caught:
                list(client.chat.stream(**ASK))
            client.close()
            check(caught.value, logged)


@contextmanager
def interrupting(gate):
    """Interrupt this thread once, when a gate is reached.

    A signal that comes just before a system call does not end it, so more of them follow.
    """
    raised, over = threading.Event(), threading.Event()
    here = threading.get_ident()

    def once(*_):
        if not raised.is_set():
            raised.set()
            raise KeyboardInterrupt

    def interrupt():
        gate.reached.wait()
        while not raised.is_set():
            signal.pthread_kill(here, signal.SIGINT)
            over.wait(1)

    before = signal.signal(signal.SIGINT, once)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


@pytest.mark.anyio
async def test_a_cancellation(logged, monkeypatch, anyio_backend, subtests):
    """The call is cancelled where the HTTP libraries have the request, or the answer, in hand."""
    kind = TrioConnection if anyio_backend == "trio" else AioConnection
    for name, at in [("send_now", 1), ("wait", 1), ("wait", 2)]:
        with subtests.test(f"{name}, time {at}"), monkeypatch.context() as patch:
            check(await cancelled_in(kind, name, at, patch), logged)


async def cancelled_in(kind, name, at, patch):
    """Cancel a call where a method of its connection is called for the n-th time."""
    times = []
    inner = getattr(kind, name)

    async def cancel(self, *args, **kwargs):
        times.append(name)
        if len(times) == at:
            scope.cancel()
        return await inner(self, *args, **kwargs)

    raised = []

    async def ask(client):
        try:
            async with client.chat.stream_async(**ASK) as stream:
                async for _ in stream:
                    pass
        except BaseException as error:
            raised.append(error)
            raise

    patch.setattr(kind, name, cancel)
    gate = Gate()
    with Simulator(Answer(body=[FIRST, gate])) as sim:
        async with Mistral(KEY, server_url=sim.url) as client:
            with anyio.CancelScope() as scope:
                await ask(client)
            assert scope.cancelled_caught
        gate.open()
    return raised[0]


BAD = {
    "a letter": f"{KEY}\u00e9",
    "two lines": f"{KEY}\n{KEY}",
    "bytes": KEY.encode(),
    "a list": [KEY],
}
WRONG = (ValueError, TypeError)


def test_a_key_that_is_none(monkeypatch, subtests):
    for name in list(BAD):  # no local of this frame, which is rendered too, may hold the key
        with subtests.test(name):
            with pytest.raises(WRONG) as caught:
                Mistral(BAD[name])
            assert KEY not in rendered(caught.value) + shown(caught.value)
            client = Mistral(lambda name=name: BAD[name], server_url="http://127.0.0.1:1")
            with pytest.raises(WRONG) as caught:
                client.chat.complete(**ASK)
            assert KEY not in rendered(caught.value) + shown(caught.value)
            if isinstance(BAD[name], str):
                monkeypatch.setenv("MISTRAL_API_KEY", BAD[name])
                with pytest.raises(ValueError, match="not printable ASCII") as caught:
                    Mistral()
                assert KEY not in rendered(caught.value) + shown(caught.value)


AUTHORIZATION = {"Authorization": f"Bearer {KEY}"}
# What a caller does beside giving the key as a header; the first are calls that fail.
CALLS = {
    "refused": {"http_headers": AUTHORIZATION},
    "a proxy's mapping": {"http_headers": httpx2.Headers(AUTHORIZATION)},
    "a wrong value": {"http_headers": AUTHORIZATION, "temperature": object()},
    "an unknown keyword": {"http_headers": AUTHORIZATION, "temprature": 1},
    "a bad address": {"http_headers": AUTHORIZATION, "server_url": "nowhere"},
    "a line end": {"http_headers": {"Authorization": f"Bearer {KEY}\n"}},
    "bytes": {"http_headers": {"x": "y", "Authorization": f"Bearer {KEY}".encode()}},
    "no mapping": {"http_headers": [("Authorization", KEY)]},
}


def test_a_header_that_the_caller_gives(colour, logged, subtests):
    methods = ("stream", "complete", "parse", "parse_stream")
    with Simulator(Answer.of_json({"detail": "no"}, status=401)) as sim:
        client = colour.client(api_key=None, server_url=sim.url)
        for method, (name, call) in product(methods, CALLS.items()):
            asked = {**ASK, **({"response_format": Form} if "parse" in method else {})}
            with subtests.test(f"{method}, {name}"):
                with pytest.raises((errors.AuthenticationError, *WRONG)) as caught:
                    colour.ask(client.chat, method, **asked, **call)
                assert KEY not in rendered(caught.value, ours=True) + shown(caught.value)
        assert len(sim.requests) >= len(methods)
        assert {request.headers["authorization"] for request in sim.requests} == {f"Bearer {KEY}"}
    assert KEY not in logged.text


# --- what a server repeats ---------------------------------------------------

SAYS = f"the key Bearer {KEY} is not known"
LONG = "x" * 480
REPEATED = {
    "a status": Answer.of_json({"object": "error", "message": SAYS, "type": KEY}, status=401),
    "a field": Answer.of_json(
        {"detail": [{"loc": ["body", KEY], "msg": SAYS, "type": "x", "input": {KEY: [SAYS]}}]},
        status=422,
    ),
    "a page": Answer(status=502, content_type="text/html", body=[f"<p>{SAYS}</p>".encode()]),
    "a page that is cut in the message": Answer(status=502, body=[f"{LONG}{KEY}".encode()]),
    "a header": Answer.of_json({"detail": "no"}, status=400, headers={"x-authorization": KEY}),
    "an error in a 200": Answer.of_json({"error": {"message": SAYS, "code": KEY}}),
    "JSON in a 200": Answer.of_json([SAYS]),
    "an error in the stream": Answer(body=[FIRST, event({"error": {"message": SAYS}})]),
    "an error event": Answer(body=[FIRST, f"event: error\ndata: {SAYS}\n\n".encode()]),
    "a list of fields in the stream": Answer(body=[FIRST, event({"detail": [{"msg": SAYS}]})]),
    "bad JSON": Answer(body=[FIRST, f"data: {{{SAYS}\n\n".encode()]),
    "bad JSON at length": Answer(body=[FIRST, f"data: {{{'y' * 3000}{KEY}\n\n".encode()]),
    "JSON that is no chunk": Answer(body=[FIRST, event({"choices": SAYS})]),
    "JSON that is cut in the message": Answer(body=[FIRST, event([LONG[:182] + KEY])]),
    "an event that is too large": Answer(body=[FIRST, f"data: {SAYS}{'z' * 9000}".encode()]),
    "another host": Answer(status=307, headers={"location": f"https://{KEY}.example/"}),
    "no HTTP": Wire([f"HTTP/1.1 200 OK\r\n{KEY}\r\n\r\n".encode()], "cut"),
    "another path": [
        Answer(status=307, headers={"location": f"/v1/{KEY}"}),
        Answer.of_json({"detail": SAYS}, status=503),
        Answer(body=[FIRST, b"data: {oops\n\n"]),
    ],
}
GIVEN = {
    "text": {},
    "callable": {},
    "header": {"http_headers": AUTHORIZATION},
}


def test_a_key_that_a_server_repeats(colour, logged, subtests):
    for (name, server), (kind, call) in product(REPEATED.items(), GIVEN.items()):
        with subtests.test(f"{name}, {kind}"):
            logged.clear()
            settings = {} if kind == "header" else {"api_key": key_of(kind)}
            with Simulator(server) as sim:
                client = colour.client(
                    server_url=sim.url, retry_config=quickly(50), max_event_size=8192, **settings
                )
                with pytest.raises(errors.MistralClientError) as caught:
                    colour.collect(colour.open(client, **ASK, **call))
                assert sim.requests[0].headers["authorization"] == f"Bearer {KEY}"
            check_hidden(caught.value, logged, repeated=name in {"a status", "a field", "a page"})


def check_hidden(error, logged, *, repeated):
    """Check that an error hides the key, and says so in whatever its message repeats."""
    assert KEY not in rendered(error, ours=True) + shown(error)
    assert KEY[:10] not in str(error)
    # httpcore2 logs the headers of an answer, and httpx2 where a redirect leads.
    own = [record.getMessage() for record in logged.records if record.name == "mistralai"]
    assert KEY not in "".join(own)
    if repeated:
        assert "(hidden)" in str(error)
        assert "(hidden)" in error.body
        assert KEY in error.raw_response.text


def test_a_whole_answer_that_repeats_the_key(colour, logged):
    for body in (b'["%b"]', b"{%b", b'{"choices": "%b"}', b'{"error": "%b"}'):
        with Simulator(Answer(content_type="application/json", body=[body % KEY.encode()])) as sim:
            client = colour.client(api_key=KEY, server_url=sim.url, retry_config=None)
            with pytest.raises(errors.MistralError) as caught:
                colour.complete(client, **ASK)
        assert "(hidden)" in caught.value.body, body
        check(caught.value, logged)


def test_attempts_do_not_have_a_key_that_a_server_repeats(colour):
    refused = Answer.of_json({"detail": SAYS}, status=503)
    redirected = Answer(status=307, headers={"location": f"/v1/{KEY}"})
    broken = Answer(body=[event({"error": SAYS})])
    with Simulator([refused, redirected, broken, Answer(body=[HELLO, DONE])]) as sim:
        client = colour.client(api_key=KEY, server_url=sim.url, retry_config=quickly())
        stream = colour.open(client, **ASK)
        colour.collect(stream)
    assert len(stream.attempts) == 4
    assert "redirected to" in repr(stream.attempts)
    assert KEY not in repr(stream.attempts)


# --- objects -----------------------------------------------------------------


def test_the_objects_of_a_client(colour, subtests):
    for kind in ("text", "callable"):
        with subtests.test(kind), Simulator() as sim:
            client = colour.client(api_key=key_of(kind), server_url=sim.url)
            stream = colour.open(client, **ASK)
            pending = client.chat.stream_async(**ASK)
            things = [client, client.sdk_configuration, client.sdk_configuration.key, client.chat]
            things += [client.sdk_configuration.security]
            things += [stream, pending, stream.timing, stream.attempts]
            assert KEY not in "".join(map(shown, things))
            assert KEY not in repr(stream.response) + repr(stream.response.request)
            events = colour.collect(stream)
            things = [stream, stream.timing, stream.attempts, *events]
            assert KEY not in "".join(map(shown, things))
            answer = colour.complete(client, **ASK)
            assert KEY not in shown(answer) + shown(answer.headers)
