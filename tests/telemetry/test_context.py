"""The span of a call in the context of its caller: its parent, baggage, and when it is current."""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2
import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.trace import SpanProcessor

from mistralai import Mistral
from mistralai.simulator import Simulator
from mistralai.telemetry.tracing import Current
from support.colours import SyncColour
from support.serving import ASK
from support.traced import Traced


class Baggage(SpanProcessor):
    """Copies baggage to spans, as a processor of the contrib package does."""

    def on_start(self, span, parent_context=None):
        for name, value in baggage.get_all(parent_context).items():
            span.set_attribute(name, value)


@pytest.fixture
def traced():
    return Traced(Baggage())


@pytest.fixture
def sim():
    with Simulator() as sim:
        yield sim


class Inside:
    """A span and baggage of the caller's, around what it does."""

    def __init__(self, traced, number):
        self._span = traced.tracer.start_span(f"caller {number}")
        inner = baggage.set_baggage("number", str(number))
        self._inner = trace.set_span_in_context(self._span, inner)

    def __enter__(self):
        self._token = context.attach(self._inner)

    def __exit__(self, *_):
        context.detach(self._token)
        self._span.end()


def check(traced, calls):
    """Check that each call belongs to its own caller, and has its baggage."""
    spans = traced.spans.all()
    callers = {span.context.span_id: span.name for span in spans if span.name.startswith("caller")}
    called = [span for span in spans if span.name == "chat m"]
    assert len(called) == len(callers) == calls
    for span in called:
        assert callers.pop(span.parent.span_id) == f"caller {span.attributes['number']}"
    assert context.get_current() == {}


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_fifty_streams_at_the_same_time_belong_to_their_callers(sim, traced):
    async def read(client, number):
        with Inside(traced, number):
            async with client.chat.stream_async(**ASK) as stream:
                async for _ in stream:
                    assert trace.get_current_span().name == f"caller {number}"
                    assert baggage.get_baggage("number") == str(number)

    async with Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client:
        await asyncio.gather(*(read(client, number) for number in range(50)))
    check(traced, 50)


def test_sixteen_threads_at_the_same_time_belong_to_their_callers(sim, traced):
    together = Barrier(16)

    def read(number):
        with Inside(traced, number), client.chat.stream(**ASK) as stream:
            together.wait(30)
            for _ in stream:
                assert trace.get_current_span().name == f"caller {number}"

    with (
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        list(threads.map(read, range(16)))
    check(traced, 16)


@pytest.mark.parametrize("colour", ["sync", "asyncio"], indirect=True)
def test_the_span_is_current_while_a_request_is_sent_and_no_header_is_added(colour, sim, traced):
    sent = []

    def hook(_):
        sent.append(trace.get_current_span().get_span_context().span_id)

    async def hook_async(_):
        hook(_)

    threads = isinstance(colour, SyncColour)
    http = httpx2.Client(event_hooks={"request": [hook]})
    async_http = httpx2.AsyncClient(event_hooks={"request": [hook_async]})
    own = {"client": http} if threads else {"async_client": async_http}
    client = colour.client(server_url=sim.url, observers=[traced.telemetry], **own)
    colour.collect(colour.open(client, **ASK))
    colour.complete(client, **ASK)
    colour.call(http.close if threads else async_http.aclose)
    assert sent == [span.context.span_id for span in traced.spans.all()]
    assert "traceparent" not in sim.requests[0].headers


def test_a_span_that_is_left_in_another_context_changes_nothing_there(traced, caplog):
    span = traced.tracer.start_span("left")
    current = Current(span)
    contextvars.copy_context().run(current.__enter__)
    with Inside(traced, 1):
        current.__exit__()
        assert trace.get_current_span().name == "caller 1"
    assert caplog.records == []
