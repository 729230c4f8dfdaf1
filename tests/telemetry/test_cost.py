"""What telemetry costs, in calls of Python: nothing per event."""

import asyncio

import httpx2
import pytest
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.trace import NoOpTracerProvider

from mistralai import Mistral
from mistralai.client.observers import ObservedCall
from mistralai.telemetry import Telemetry
from support.flows import STOP, text
from support.serving import ASK, DONE
from support.traced import Traced
from support.work import count_calls


class Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Events, each received by itself."""

    def __init__(self, events):
        self._pieces = [*[text("word ")] * events, STOP, DONE]

    def __iter__(self):
        return iter(self._pieces)

    async def __aiter__(self):
        for piece in self._pieces:
            yield piece


def read(events, **settings):
    def answer(_):
        return httpx2.Response(
            200, headers={"content-type": "text/event-stream"}, stream=Body(events)
        )

    transport = httpx2.MockTransport(answer)
    with (
        httpx2.Client(transport=transport) as http,
        Mistral("key", client=http, **settings) as client,
    ):
        for _ in client.chat.stream(**ASK):
            pass


def read_async(events, **settings):
    async def main():
        async def answer(_):
            return httpx2.Response(
                200, headers={"content-type": "text/event-stream"}, stream=Body(events)
            )

        async with (
            httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http,
            Mistral("key", async_client=http, **settings) as client,
            client.chat.stream_async(**ASK) as stream,
        ):
            async for _ in stream:
                pass

    asyncio.run(main())


def test_a_call_of_which_the_providers_keep_nothing_is_not_watched(subtests):
    call = ObservedCall("chat", "POST", "/v1/chat/completions", "localhost", 80, False, {})
    nothing = {"tracer_provider": NoOpTracerProvider(), "meter_provider": NoOpMeterProvider()}
    idle = Telemetry(**nothing)
    assert idle.begun(call) is None
    assert Mistral("key", telemetry=idle).sdk_configuration.observers == ()
    for kept in ("tracer_provider", "meter_provider"):
        with subtests.test(kept):
            others = {name: provider for name, provider in nothing.items() if name != kept}
            telemetry = Traced(**others).telemetry
            assert telemetry.begun(call) is not None
            assert Mistral("key", telemetry=telemetry).sdk_configuration.observers == (telemetry,)


def test_a_disabled_sdk_leaves_no_observer(monkeypatch):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert Mistral("key", telemetry=Traced().telemetry).sdk_configuration.observers == ()


@pytest.mark.parametrize("reads", [read, read_async])
def test_an_event_takes_the_same_calls_of_python_with_telemetry_as_without(reads):
    def per_hundred_events(**settings):
        few, many = (count_calls(lambda n=n: reads(n, **settings)) for n in (10, 110))
        return many - few

    telemetry = Traced(content=True, per_chunk=False).telemetry
    reads(1, telemetry=telemetry)  # loads what the first call loads
    off, on = per_hundred_events(), per_hundred_events(telemetry=telemetry)
    assert off > 100
    assert abs(on - off) < 10  # of a hundred events; a timer of the loop may be due at any time
