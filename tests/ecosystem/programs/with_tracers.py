"""Tracing libraries: the argument names one, and every form of a call is read through it.

Prints the forms that held. Where the library keeps its spans here, there is one for each.
"""

import asyncio
import os
import sys

os.environ |= {"OPIK_URL_OVERRIDE": "http://127.0.0.1:9", "OPIK_CONSOLE_LOGGING_LEVEL": "CRITICAL"}

from checks import FIRST_LINE, MODEL, POEM, QUESTION, WEATHER, City, called, held, main
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mistralai import Mistral
from mistralai.simulator import Simulator
from mistralai.telemetry import Telemetry

ASK = {"model": MODEL, "messages": [{"role": "user", "content": POEM}]}
SPANS = InMemorySpanExporter()


OWN = InMemorySpanExporter()
"""The spans of `mistralai.telemetry`, which is switched on beside the tracer."""


def _provider(exporter=SPANS):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


def openinference(client):
    from openinference.instrumentation.mistralai import MistralAIInstrumentor

    MistralAIInstrumentor().instrument(tracer_provider=_provider())
    return client


def openllmetry(client):
    from opentelemetry.instrumentation.mistralai import MistralAiInstrumentor

    MistralAiInstrumentor().instrument(tracer_provider=_provider())
    return client


def ddtrace(client):
    import ddtrace

    ddtrace.tracer.enabled = False
    ddtrace.patch(mistralai=True)
    return client


def braintrust(client):
    from braintrust.integrations.mistral import wrap_mistral

    return wrap_mistral(client)


def opik(client):
    from opik.integrations.mistral import track_mistral

    return track_mistral(client)


def said(event):
    return event.data.choices[0].delta.content or ""


def sync(chat):
    return "".join(said(event) for event in chat.stream(**ASK))


def whole(chat):
    return chat.complete(**ASK).choices[0].message.content


async def text_of(stream):
    return "".join([said(event) async for event in stream])


async def entered(chat):
    async with chat.stream_async(**ASK) as stream:
        return await text_of(stream)


async def awaited(chat):
    return await text_of(await chat.stream_async(**ASK))


async def iterated(chat):
    return await text_of(chat.stream_async(**ASK))


async def whole_async(chat):
    return (await chat.complete_async(**ASK)).choices[0].message.content


def parsed(chat):
    return "".join(said(event) for event in chat.parse_stream(City, **ASK))


async def parsed_entered(chat):
    async with chat.parse_stream_async(City, **ASK) as stream:
        return await text_of(stream)


async def parsed_awaited(chat):
    return await text_of(await chat.parse_stream_async(City, **ASK))


def weather(city: str) -> str:
    return f"fine in {city}"


def run(chat):
    return chat.run_tools(**ASK, tools=[weather]).until_done().text


async def run_async(chat):
    return (await (await chat.run_tools_async(**ASK, tools=[weather])).until_done()).text


POEMS = (sync, whole, entered, awaited, iterated, whole_async, run, run_async)
CITIES = (parsed, parsed_entered, parsed_awaited)


def run_forms(trace, **settings):
    SPANS.clear()
    with Simulator() as sim:
        chat = trace(Mistral("key", server_url=sim.url, **settings)).chat
        for form in (*POEMS, *CITIES):
            got = form(chat)
            text = asyncio.run(got) if asyncio.iscoroutine(got) else got
            if form in CITIES:
                City.model_validate_json(text)
            else:
                assert text.startswith(FIRST_LINE), form
            if not settings:
                held(form.__name__)
    if trace in {openinference, openllmetry}:
        assert len(SPANS.get_finished_spans()) == len(POEMS) + len(CITIES)


def run_beside(trace):
    """Both have a span for each call, also where the tracer returns a generator of its own."""
    run_forms(trace, telemetry=Telemetry(tracer_provider=_provider(OWN)))
    spans = [span for span in OWN.get_finished_spans() if span.name.startswith("chat")]
    assert [span.name for span in spans] == [f"chat {MODEL}"] * (len(POEMS) + len(CITIES))
    assert {span.status.status_code.name for span in spans} == {"UNSET"}
    assert {span.attributes["gen_ai.response.finish_reasons"] for span in spans} == {("stop",)}
    held("beside")


def run_checks(trace):
    def chat(url):
        return trace(Mistral("key", server_url=url)).chat

    def text(url):
        return sync(chat(url))

    async def text_async(url):
        return await entered(chat(url))

    def tool(url):
        ask = {**ASK, "messages": [{"role": "user", "content": QUESTION}]}
        return called(chat(url).stream(**ask, tools=[WEATHER]))

    async def structured(url):
        return City.model_validate_json(await parsed_entered(chat(url)))

    async def cancelled(url):
        stream = await chat(url).stream_async(**ASK)
        async for event in stream:
            if said(event):
                break
        await stream.aclose()

    main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
    main(text=text_async, error=text_async)


tracer = globals()[sys.argv[1]]
run_forms(tracer)
run_beside(tracer)
run_checks(tracer)
