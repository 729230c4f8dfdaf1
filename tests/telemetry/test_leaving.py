"""Calls that their callers leave: the status is UNSET, and the reason is there."""

import gc
import os
import warnings

import anyio
import httpx2
import pytest

from mistralai import Mistral
from mistralai.client.errors import BadRequestError, MissingKeyError
from mistralai.simulator import Answer, Gate, Simulator
from support.faults import STREAM
from support.flows import delta
from support.programs import run_program
from support.serving import ASK
from support.traced import Ends, Traced

on_drivers = pytest.mark.parametrize("colour", ["sync", "asyncio"], indirect=True)


@pytest.fixture
def traced():
    return Traced()


@pytest.fixture
def sim():
    """A server whose streams fall silent after their first text."""
    with Simulator([Answer(body=STREAM[:2], ending="hang"), "auto"]) as sim:
        yield sim


def check(span, end_reason, *reasons):
    assert span.status.status_code.name == "UNSET"
    assert span.status.description is None
    assert "error.type" not in span.attributes
    assert span.attributes["mistralai.end_reason"] == end_reason
    assert span.attributes["gen_ai.response.finish_reasons"] == (reasons or ("error",))


@on_drivers
def test_a_stream_that_is_closed_early_has_not_failed(colour, sim, traced):
    client = colour.client(server_url=sim.url, observers=[traced.telemetry])
    stream = colour.open(client, **ASK)
    colour.next(stream)
    colour.close(stream)
    colour.close(stream)
    check(traced.spans.next(), "closed")
    assert traced.spans.all() == []


LEFT_OPEN = """
import os, sys
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from mistralai import Mistral
from mistralai.telemetry import Telemetry
from mistralai.telemetry.names import END_REASON

def line(span):
    return f"{span.name} {span.status.status_code.name} {span.attributes.get(END_REASON)}\\n"

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter(formatter=line)))
client = Mistral("key", server_url=sys.argv[1], telemetry=Telemetry(tracer_provider=provider))
work = client.observe("work")
with work.current():
    stream = client.chat.stream(model="m", messages=[{"role": "user", "content": "Hello"}])
if os.fork() == 0:
    sys.exit()  # with what is its parent's
os.wait()
for event in stream:
    raise ZeroDivisionError
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Unix's")
def test_what_is_open_as_the_program_ends_was_left(sim):
    ran = run_program(LEFT_OPEN, arguments=[sim.url])
    assert ran.stdout == "chat m UNSET dropped\nwork UNSET dropped\n"
    assert ran.stderr.endswith("ZeroDivisionError\n")


def test_an_exception_of_the_caller_is_not_one_of_the_call(sim, traced):
    def read(client):
        with client.chat.stream(**ASK) as stream:
            next(stream)
            raise ZeroDivisionError

    with (
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
        pytest.raises(ZeroDivisionError),
    ):
        read(client)
    check(traced.spans.next(), "closed")


@pytest.mark.anyio
async def test_a_cancelled_call_has_not_failed(subtests, traced):
    async def read(client):
        async with client.chat.stream_async(**ASK) as stream:
            async for _ in stream:
                pass

    async def complete(client):
        await client.chat.complete_async(**ASK)

    for call in (read, complete):
        begun = Gate()
        answer = Answer(body=[STREAM[0], begun] if call is read else [begun])
        with subtests.test(call.__name__), Simulator(answer) as sim:
            async with (
                Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
                anyio.create_task_group() as group,
            ):
                group.start_soon(call, client)
                await anyio.to_thread.run_sync(begun.reached.wait)
                group.cancel_scope.cancel()
            begun.open()
            check(traced.spans.next(), "cancelled")


@on_drivers
def test_the_span_of_a_dropped_stream_ends_when_it_was_dropped(colour, sim, traced):
    ends = Ends()
    client = colour.client(server_url=sim.url, observers=[ends, traced.telemetry])
    stream = colour.open(client, **ASK)
    colour.next(stream)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del stream
        gc.collect()
    span = traced.spans.next()
    check(span, "dropped")
    assert span.end_time == int(ends.outcomes[0].ended_at * 1e9)


def test_each_choice_that_was_asked_for_has_a_reason(traced):
    body = [delta(content="a"), delta("stop", index=1, content="b")]
    with (
        Simulator(Answer(body=body, ending="hang")) as sim,
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
        client.chat.stream(**ASK, n=3) as stream,
    ):
        next(stream)
        next(stream)
    check(traced.spans.next(), "closed", "error", "stop", "error")


def test_choices_that_no_server_would_give_are_not_counted_one_by_one(traced):
    with (
        Simulator(Answer(status=400)) as sim,
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
        pytest.raises(BadRequestError),
    ):
        client.chat.complete(**ASK, n=10**6)
    assert traced.spans.next().attributes["gen_ai.response.finish_reasons"] == ("error",) * 128


def test_what_is_not_sent_is_no_call(traced):
    with Simulator() as sim, Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as c:
        with pytest.raises(TypeError):
            c.chat.stream(**ASK, temprature=1)
        with pytest.raises(ValueError, match="temperature"):
            c.chat.complete(**ASK, temperature="hot")
        c.chat.stream_async(**ASK).close()
    with Mistral(observers=[traced.telemetry]) as keyless, pytest.raises(MissingKeyError):
        keyless.chat.complete(**ASK)
    assert traced.spans.begun == 0
    assert traced.metrics() == {}


def test_a_refused_connection_is_a_call(traced):
    with Simulator() as sim:
        closed = sim.url
    with (
        Mistral("key", server_url=closed, observers=[traced.telemetry]) as client,
        pytest.raises(httpx2.ConnectError),
    ):
        client.chat.complete(**ASK, retries=0)
    [span] = traced.spans.all()
    assert span.status.description == "no response was received"
    assert span.attributes["error.type"] == "ConnectError"
