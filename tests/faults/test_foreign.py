"""HTTP clients that are not httpx2's own: `httpx`, objects around a client, and those with less.

Each promise here is kept by all of them, sync and async, unless a test says which.
"""

import gc
import linecache
import logging
import os
import ssl
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import anyio
import httpx
import httpx2
import pytest

from mistralai import Mistral, Timeouts
from mistralai.client import errors
from mistralai.client._call import bodies
from mistralai.recording import load
from mistralai.simulator import Answer, Gate, Pause, Simulator, Wire
from support.colours import COLOURS, colour_of
from support.fault_table import SOON, TABLE
from support.faults import STREAM, quickly, read
from support.flows import KEY
from support.leaving import check_leaving
from support.serving import ASK
from support.unseen import rendered, shown
from support.wrapped import AsyncWrapped, Wrapped

COMPLETE = ("httpx", "wrapped")
"""Makes of clients whose responses have all that those of httpx have."""

MAKES = (*COMPLETE, "bare")

ROWS = (
    "no answer: reset before any byte, three times",
    "no answer: closed before any byte, always",
    "no answer: closed in the middle of the head",
    "no answer: an answer that is no HTTP",
    "status: 401 is asked once",
    "status: 422 says which field and why",
    "status: 503 is asked again and answered",
    "wait: an hour in seconds",
    "body: an error body that never ends",
    "body: an error whose body breaks off",
    "body: HTML under 200",
    "body: gzip although identity was asked for",
    "body: gzip that is corrupt at its end",
    "body: gzip that ends in its middle",
    "body: an empty body",
    "inside: an event past max_event_size after decompression",
    "inside: a connection that breaks inside a chunk of HTTP",
    "inside: a cut taken as it is, by the call",
    "inside: a broken connection is an error, strict or not",
)
LIMITS = (
    "limit: silence after the head",
    "limit: pings after the head",
    "limit: pings between events",
    "limit: no end in sight",
    "limit: silence until the total",
    "limit: silence after the finish reason",
    "limit: a stream twice as long as idle, but never silent",
)


@pytest.fixture(params=COLOURS)
def on(request, subtests, guarded_loop):  # noqa: ARG001 - a fixture that acts by being there
    """The synchronous client and the async ones, each on HTTP clients of every make."""

    @contextmanager
    def on(make):
        with subtests.test(make), colour_of(f"{request.param} on {make}") as colour:
            yield colour

    return on


def check_row(colour, name):
    """Check a row of the table."""
    fault = TABLE[name]
    with Simulator(fault.server) as sim:
        outcome = read(colour, sim.url, call=fault.call, **fault.client)
        sim.wait_for_requests(fault.requests)  # a limit may pass before the server reads it
        assert len(sim.requests) == outcome.sent == fault.requests
    error = outcome.error
    assert (fault.error is None) == (error is None), error
    if fault.error is not None:
        assert isinstance(error, fault.error), error
        assert isinstance(error, fault.httpx), error
        assert [said for said in fault.says if said not in str(error)] == [], error
    if fault.delivered is not None:
        assert outcome.texts == fault.delivered
    assert outcome.end_reason == fault.end_reason


def test_streams_and_whole_answers_come_by_it(on):
    for make in MAKES:
        with on(make) as colour, Simulator() as sim:
            client = colour.client(server_url=sim.url, api_key=KEY)
            stream = colour.open(client, **ASK)
            assert "".join(e.data.choices[0].delta.content for e in colour.collect(stream)) == (
                colour.complete(client, **ASK).choices[0].message.content
            )
            assert (stream.end_reason, stream.response.status_code) == ("done", 200)
            assert not isinstance(stream.response, httpx2.Response)
            assert colour.ask(client.models, "list").data
            streamed, asked, listed = sim.requests
            assert [request.method for request in sim.requests] == ["POST", "POST", "GET"]
            assert {request.headers["authorization"] for request in sim.requests} == {
                f"Bearer {KEY}"
            }
            assert streamed.headers["accept-encoding"] == "identity"
            assert (streamed.json, asked.json) == (
                {**ASK, "stream": True},
                {**ASK, "stream": False},
            )
            assert listed.target == "/v1/models"


def check_rows(on, subtests, names):
    for make in COMPLETE:
        with on(make) as colour:
            for name in names:
                with subtests.test(f"{make}: {name}"):
                    check_row(colour, name)


def test_the_faults_of_the_table_are_the_same_by_it(on, subtests):
    check_rows(on, subtests, ROWS)


def test_the_limits_in_a_body_are_kept_by_it(on, subtests):
    check_rows(on, subtests, LIMITS)


def test_the_limits_of_a_head_are_kept_by_httpx(on):
    with on("httpx") as colour:
        check_row(colour, "limit: silence before the head")
        check_row(colour, "limit: silence before the head until the total")


def test_its_own_exception_is_the_cause(on):
    for make in COMPLETE:
        with on(make) as colour:
            with Simulator() as gone:
                pass
            cut = Answer(body=STREAM[:2], ending="cut")
            reset = Answer(body=STREAM[:2], ending="reset")
            for server, cause, ours, theirs in [
                (None, httpx.ConnectError, errors.APIConnectionError, httpx2.ConnectError),
                (
                    cut,
                    httpx.RemoteProtocolError,
                    errors.StreamInterruptedError,
                    httpx2.RemoteProtocolError,
                ),
                (reset, httpx.ReadError, errors.StreamInterruptedError, httpx2.ReadError),
            ]:
                with Simulator(server or "auto") as sim:
                    url = gone.url if server is None else sim.url
                    error = read(colour, url, call={"retries": None}).error
                assert isinstance(error, ours), cause
                assert isinstance(error, theirs), cause
                assert isinstance(error.__cause__, cause), error.__cause__
                raw = error.raw_response
                assert raw is None if server is None else isinstance(raw, httpx.Response), cause


def test_a_certificate_that_does_not_verify_is_named(on):
    for make in COMPLETE:
        with on(make) as colour:
            with Simulator(tls=True) as sim:
                error = read(colour, sim.url, call={"retries": 2}).error
                assert sim.requests == []
            assert isinstance(error, httpx2.ConnectError)
            assert "certificate of 127.0.0.1" in str(error)


def test_what_is_cut_is_an_error_by_any_client(on):
    for make in MAKES:
        with on(make) as colour:
            with Simulator(Answer(body=STREAM[:2], ending="cut")) as sim:
                outcome = read(colour, sim.url)
            assert isinstance(outcome.error, errors.StreamInterruptedError)
            assert outcome.texts == ("", "Hel")
            with Simulator(Answer.of_json({"message": "Slow down"}, status=429)) as sim:
                error = read(colour, sim.url, call={"retries": None}).error
            assert isinstance(error, errors.RateLimitError)
            assert "Slow down" in str(error)


def test_a_body_that_never_ends_after_done_is_given_up(on):
    for make in MAKES:
        endless = Answer(body=STREAM, ending="hang")
        with on(make) as colour, Simulator([endless, "auto"]) as sim:
            client = colour.client(server_url=sim.url)
            stream = colour.open(client, **ASK)
            assert (len(colour.collect(stream)), stream.end_reason) == (4, "done")
            sim.requests[0].closed.wait()
            colour.complete(client, **ASK)


def test_streams_in_a_row_use_one_connection_and_a_stale_one_is_replaced_by_a_retry(
    on, monkeypatch
):
    """Only a transport of this package says that a connection was a reused one: no try is free."""
    # How long a stream waits for the end of its body is another test's: a busy machine is late.
    monkeypatch.setattr(bodies, "DRAIN_SECONDS", 30.0)
    for make in COMPLETE:
        with (
            on(make) as colour,
            Simulator(
                [*[Answer(body=[*STREAM, Pause(0.02)])] * 3, Wire([], "reset"), "auto"]
            ) as sim,
        ):
            client = colour.client(server_url=sim.url, retry_config=quickly())
            for _ in range(3):
                assert len(colour.collect(colour.open(client, **ASK))) == 4
            colour.complete(client, **ASK)
            assert [request.connection for request in sim.requests] == [1, 1, 1, 1, 2]


def test_a_redirect_is_not_left_to_the_client(on, monkeypatch):
    for make in COMPLETE:
        with (
            on(make) as colour,
            monkeypatch.context() as patch,
            Simulator() as elsewhere,
            Simulator(
                Answer(status=307, headers={"location": f"{elsewhere.url}/v1/chat/completions"})
            ) as sim,
        ):
            for kind in (httpx.Client, httpx.AsyncClient):
                patch.setattr(kind, "follow_redirects", property(lambda _: True), raising=False)
            error = read(colour, sim.url).error
            assert type(error) is errors.SDKError
            assert elsewhere.requests == []


def test_what_it_sent_and_received_is_recorded(on, tmp_path):
    for make in MAKES:
        with on(make) as colour:
            file = tmp_path / f"{make}.jsonl"
            with Simulator(Answer(body=STREAM)) as sim:
                client = colour.client(server_url=sim.url, api_key=KEY, record=file)
                colour.collect(colour.open(client, **ASK))
                colour.shut(client)
            (exchange,) = load(file)
            assert b"".join(each.data for each in exchange.reads) == b"".join(STREAM)
            assert KEY not in file.read_text("utf-8")


# --- timeouts of its own -----------------------------------------------------


def test_a_wrapped_client_keeps_its_own_timeouts_and_the_error_says_so():
    with (
        Simulator(Answer(body=STREAM[:2], ending="hang")) as sim,
        httpx.Client(timeout=SOON) as own,
    ):
        client = Mistral("key", server_url=sim.url, client=Wrapped(own), timeout_ms=30_000)
        with pytest.raises(errors.APITimeoutError) as caught:
            list(client.chat.stream(**ASK))
    assert isinstance(caught.value.__cause__, httpx.ReadTimeout)
    assert "the HTTP client's own timeout expired" in str(caught.value)
    assert "30 s" not in str(caught.value)


def test_the_timeouts_of_a_client_count_where_nothing_else_is_said():
    with Simulator(Wire([], "hang")) as sim, httpx.Client(timeout=SOON) as own:
        client = Mistral("key", server_url=sim.url, client=own)
        with pytest.raises(errors.APITimeoutError, match=r"within 0\.2 s") as caught:
            client.chat.complete(**ASK)
    assert caught.value.phase == "first_event"


# --- the key -----------------------------------------------------------------


def test_the_key_is_unseen_whatever_happens(on, caplog):
    for make in COMPLETE:
        with on(make) as colour:
            caplog.set_level(logging.DEBUG)
            with Simulator() as gone:
                pass
            for server, expected in [
                (Wire([], "cut"), errors.APIConnectionError),
                (Wire([b"oops\r\n\r\n"], "cut"), errors.APIConnectionError),
                (Answer.of_json({"detail": "no"}, status=401), errors.SDKError),
                (Answer(body=STREAM[:2], ending="cut"), errors.StreamInterruptedError),
                (Answer(body=STREAM[:2], ending="hang"), errors.APITimeoutError),
                (None, errors.APIConnectionError),
            ]:
                with Simulator(server or "auto") as sim:
                    url = gone.url if server is None else sim.url
                    hangs = expected is errors.APITimeoutError
                    limits = Timeouts(first_event=30, idle=SOON if hangs else 30)
                    error = read(colour, url, call={"timeouts": limits, "retries": None}).error
                assert isinstance(error, expected), server
                assert KEY not in rendered(error) + shown(error), server
            assert KEY not in caplog.text


class Failing(Wrapped):
    """Fails in ways that are not the network's, with the headers at hand."""

    def send(self, request, **kwargs):
        headers = request.headers.raw
        raise LookupError(f"no route for {len(headers)} headers and {len(kwargs)} options")


class AsyncFailing(AsyncWrapped):
    async def send(self, request, **kwargs):
        headers = request.headers.raw
        raise LookupError(f"no route for {len(headers)} headers and {len(kwargs)} options")


@pytest.mark.parametrize("colour", COLOURS, indirect=True)
def test_what_else_it_raises_comes_out_as_it_is_without_its_frames(colour):
    with httpx.Client() as http:
        own = {"client": Failing(http), "async_client": AsyncFailing(httpx.AsyncClient())}
        client = colour.client(api_key=KEY, **own)
        with pytest.raises(LookupError, match="no route for") as caught:
            colour.open(client, **ASK)
    assert KEY not in rendered(caught.value)
    assert "frames are left out" in caught.value.__notes__[0]


def test_what_gives_the_key_fails_by_itself(on):
    def unavailable():
        raise httpx.ReadTimeout("the vault is closed")

    with on("httpx") as colour:
        client = colour.client(api_key=unavailable)
        with pytest.raises(httpx.ReadTimeout, match="the vault is closed") as caught:
            colour.open(client, **ASK)
        assert "in unavailable" in rendered(caught.value)
        assert not hasattr(caught.value, "__notes__")


# --- leaving -----------------------------------------------------------------


def test_a_read_is_woken_when_its_stream_is_closed_from_another_thread(subtests):
    for make in COMPLETE:
        gate = Gate()
        with (
            subtests.test(make),
            colour_of(f"sync on {make}") as colour,
            Simulator(Answer(body=[*STREAM[:2], gate])) as sim,
            ThreadPoolExecutor(1) as another,
        ):
            stream = colour.open(colour.client(server_url=sim.url), **ASK)
            colour.next(stream), colour.next(stream)
            rest = another.submit(list, stream)
            stream.close()
            assert rest.result(30) == []
            assert stream.end_reason == "closed"
            sim.requests[0].closed.wait()


def test_a_stream_that_is_left_is_closed_and_its_place_is_free(on):
    for make in MAKES:
        with on(make) as colour:
            for reads in range(3):
                with Simulator([Answer(body=STREAM[:2], ending="hang"), "auto"]) as sim:
                    client = colour.client(server_url=sim.url)
                    stream = colour.open(client, **ASK)
                    for _ in range(reads):
                        colour.next(stream)
                    colour.close(stream)
                    sim.requests[0].closed.wait()
                    assert stream.end_reason == "closed", reads
                    assert (
                        colour.complete(client, **ASK).choices[0].message.content == "Hello there"
                    )


def dropped(caught):
    """The streams that warnings say were dropped, by the source of their calls."""
    told = [warning for warning in caught if "dropped before its end" in str(warning.message)]
    return [linecache.getline(warning.filename, warning.lineno).strip() for warning in told]


def test_a_stream_that_is_dropped_gives_its_connection_up():
    limits = httpx.Limits(max_connections=1)
    for make in (lambda http: http, Wrapped):
        with (
            Simulator([Answer(body=STREAM[:2], ending="hang"), "auto"]) as sim,
            httpx.Client(limits=limits) as http,
            warnings.catch_warnings(record=True, action="always") as caught,
        ):
            client = Mistral("key", server_url=sim.url, client=make(http))
            stream = client.chat.stream(**ASK)
            next(stream)
            del stream
            gc.collect()
            sim.requests[0].closed.wait()
            assert client.chat.complete(**ASK).choices[0].message.content == "Hello there"
        assert dropped(caught) == ["stream = client.chat.stream(**ASK)"], make


@pytest.mark.anyio
async def test_an_async_stream_that_is_dropped_gives_its_connection_up():
    limits = httpx.Limits(max_connections=1)
    for make in (lambda http: http, AsyncWrapped):
        with (
            Simulator([Answer(body=STREAM[:2], ending="hang"), "auto"]) as sim,
            warnings.catch_warnings(record=True, action="always") as caught,
        ):
            async with httpx.AsyncClient(limits=limits) as http:
                client = Mistral("key", server_url=sim.url, async_client=make(http))
                stream = await client.chat.stream_async(**ASK)
                await anext(stream)
                del stream
                gc.collect()
                await sim.requests[0].closed.wait_async()
                answer = await client.chat.complete_async(**ASK)
                assert answer.choices[0].message.content == "Hello there"
        assert dropped(caught) == ["stream = await client.chat.stream_async(**ASK)"], make


@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
def test_leaving_a_stream_closes_its_connection_without_a_word(monkeypatch, kind):
    check_leaving(monkeypatch, kind, "httpx")


@pytest.mark.anyio
async def test_a_call_that_is_cancelled_before_its_head_is_closed():
    gate = Gate()
    with Simulator([Wire([gate]), "auto"]) as sim:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1)) as http:
            client = Mistral("key", server_url=sim.url, async_client=http)
            async with anyio.create_task_group() as group:
                group.start_soon(lambda: client.chat.complete_async(**ASK))
                await gate.reached.wait_async()
                group.cancel_scope.cancel()
            await sim.requests[0].closed.wait_async()
            answer = await client.chat.complete_async(**ASK)
            assert answer.choices[0].message.content == "Hello there"


def test_tls_is_that_of_the_client():
    with Simulator(tls=True) as sim:
        context = ssl.create_default_context(cadata=sim.ca_pem.decode())
        with httpx.Client(verify=context) as http:
            client = Mistral("key", server_url=sim.url, client=http)
            with client.chat.stream(**ASK) as stream:
                assert stream.get_final_text() == "Hello there"


def test_httpx_is_not_imported_for_those_who_do_not_use_it():
    program = (
        "import sys; from mistralai import Mistral; Mistral('key').chat.complete("
        "model='m', messages=[{'role': 'user', 'content': 'Hi'}]);"
        "assert not {'httpx', 'httpcore', 'mistralai.client._io.foreign'} & {*sys.modules}"
    )
    with Simulator() as sim:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url},
            check=False,
        )
    assert done.returncode == 0
