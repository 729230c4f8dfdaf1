"""Clients of the other protocols read a real relay: OpenAI's, AG-UI's models, `EventSource`."""

from contextlib import asynccontextmanager

import httpx2
import pytest

from mistralai.client.errors import StreamTruncatedError
from mistralai.deltas import (
    ApprovalNeeded,
    FinishDelta,
    ReferenceDelta,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    UnknownDelta,
)
from mistralai.relay import Relay
from mistralai.relay.protocols import encoder
from mistralai.relay.wire import from_fields, to_fields
from support.node import installed, running
from support.relay import HELLO, Script, ended
from support.relayed import OPENED, RUN, AGUIRules, data_of, usage
from support.servers import on_uvicorn

pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.timeout(120),
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]


@asynccontextmanager
async def serving(protocol, source):
    """Serve one answer; gives the relay and the address."""
    async with Relay() as relay:
        app = relay.asgi(lambda *_: source, protocol)
        async with on_uvicorn(app, lifespan="off") as port:
            yield relay, f"http://127.0.0.1:{port}"


CALLS = (
    ToolCallDelta(0, 0, "abcdefghi", "f", '{"x":'),
    ToolCallDelta(0, 1, "jklmnopqr", "g", "{}"),
    ToolCallDelta(0, 0, "abcdefghi", "f", "1}"),
)


async def completion(url, **options):
    """Read an answer by OpenAI's client, which joins the chunks."""
    openai = pytest.importorskip("openai")
    client = openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0)
    async with client:
        streaming = client.chat.completions.stream(
            model="m", messages=[{"role": "user", "content": "Hi."}], **options
        )
        async with streaming as stream:
            async for _ in stream:
                pass
            return await stream.get_final_completion()


async def test_an_openai_client_reads_an_answer():
    source = ended(
        OPENED,
        ThinkingDelta(0, "hm"),
        *HELLO[:2],
        *CALLS,
        TextDelta(1, "other"),
        FinishDelta(0, "tool_calls"),
        FinishDelta(1, "stop"),
        usage(1, 2),
    )
    async with serving("openai", source) as (_, url):
        found = await completion(url, stream_options={"include_usage": True})
    first, second = found.choices
    assert (found.id, found.model, found.created) == ("m1", "mistral-small", 1_700_000_000)
    assert (first.message.content, first.finish_reason) == ("Hello", "tool_calls")
    calls = [
        (call.id, call.function.name, call.function.arguments) for call in first.message.tool_calls
    ]
    assert calls == [("abcdefghi", "f", '{"x":1}'), ("jklmnopqr", "g", "{}")]
    assert (second.message.content, second.finish_reason) == ("other", "stop")
    assert found.usage.total_tokens == 3


async def test_an_openai_client_reads_a_run_with_tools():
    async with serving("openai", ended(OPENED, *RUN)) as (_, url):
        found = await completion(url)
    (choice,) = found.choices
    assert (choice.message.content, choice.finish_reason) == ("ab", "stop")
    assert not choice.message.tool_calls


async def test_an_openai_client_is_told_of_an_end_that_is_none(subtests):
    openai = pytest.importorskip("openai")
    cases = {
        "truncated": (StreamTruncatedError("x"), "the connection to the model was lost"),
        "failed": (ValueError("x"), "ended the answer with an error"),
        "stopped": (None, "was stopped"),
    }
    for code, (error, sentence) in cases.items():
        with subtests.test(code):
            source = Script(HELLO[0]) if error is None else ended(HELLO[0], error)
            async with serving("openai", source) as (relay, url):
                client = openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0)
                async with client:
                    raw = await client.chat.completions.with_raw_response.create(
                        model="m", messages=[{"role": "user", "content": "Hi."}], stream=True
                    )
                    texts = []

                    async def read(raw=raw, relay=relay, texts=texts, error=error):
                        async for chunk in raw.parse():
                            texts.append(chunk.choices[0].delta.content)
                            if texts[-1] and error is None:
                                await relay.stop(raw.headers["x-relay-id"])

                    with pytest.raises(openai.APIError, match=sentence) as caught:
                        await read()
                    assert (texts, caught.value.code) == (["", "Hel"], code)


AG_UI = (
    OPENED,
    ThinkingDelta(0, "hm"),
    TextDelta(0, "a"),
    ReferenceDelta(0, (1,)),
    UnknownDelta(0, {"type": "new"}),
    *CALLS,
    FinishDelta(0, "tool_calls"),
    usage(1, 2),
    *RUN,
)


async def test_ag_ui_knows_every_event(subtests):
    core = pytest.importorskip("ag_ui.core")
    pydantic = pytest.importorskip("pydantic")
    events = pydantic.TypeAdapter(core.Event)
    endings = {
        "a whole run": (*AG_UI, None),
        "an interrupted run": (*AG_UI, ApprovalNeeded("abcdefghi", "f", {}), None),
        "a failed run": (*AG_UI, CALLS[0], ValueError("x")),
        "a cut call": (*AG_UI, CALLS[0], FinishDelta(0, "length"), None),
    }
    for name, items in endings.items():
        with subtests.test(name):
            async with serving("ag-ui", Script(*items)) as (_, url), httpx2.AsyncClient() as client:
                body = {"threadId": "chat-7", "runId": "run-1", "messages": []}
                answer = await client.post(url, json=body)
            rules = AGUIRules()
            found = data_of(answer.text)
            for event in found:
                known = events.validate_python(event)
                assert not known.model_extra
                assert known.model_dump(mode="json", by_alias=True) == event
                rules.read(event)
            assert found[0]["runId"] == found[-1].get("runId", "run-1") == "run-1"
            assert found[0]["protocolVersion"] == core.PROTOCOL_VERSION


async def test_an_event_source_reads_an_answer_once_whatever_breaks():
    source = ended(OPENED, *HELLO, usage(1, 2))
    async with Relay() as relay:
        app = relay.asgi(lambda *_: source, "events")

        async def breaking(scope, receive, send):
            async def sending(message):
                body = message.get("body", b"")
                cut = body.find(b"id: 3\n")
                if cut >= 0 and (b"last-event-id", b"2") not in scope["headers"]:
                    await send(
                        {**message, "body": body[:cut] + b"id: 3\nevent: te", "more_body": True}
                    )
                    raise ConnectionError
                await send(message)

            await app(scope, receive, sending)

        await relay.start("chat-7", source)
        async with on_uvicorn(breaking, lifespan="off") as port:
            url = f"http://127.0.0.1:{port}/chat-7/stream"
            async with running(installed("ai-7.0.173"), "events.mjs", url) as page:
                found = await page.do("read")
        whole = [frame async for frame in relay.follow("chat-7")]
    assert [number for number, _ in found["received"]] == ["1", "2", "3", "4", "5", "6"]
    assert [from_fields(fields) for _, fields in found["received"]] == [
        from_fields(to_fields(frame.event)) for frame in whole
    ]
    assert found["requests"] == [None, "2", "6"]  # the last is answered with 204


async def test_plain_text_breaks_off_if_it_is_not_whole():
    async with httpx2.AsyncClient() as client:
        async with serving("text", ended(*HELLO)) as (_, url):
            assert (await client.post(url, json={"id": "k"})).text == "Hello"
        async with serving("text", ended(*HELLO[:2], ValueError("x"))) as (_, url):
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.post(url, json={"id": "k"})


async def test_a_reader_with_a_number_gets_the_rest_in_every_protocol(subtests):
    async with Relay() as relay:
        await relay.start("chat-7", ended(*AG_UI))
        frames = [frame async for frame in relay.follow("chat-7")]
        for protocol in ("events", "openai", "ag-ui", "ai-sdk", "text"):
            app = relay.asgi(lambda *_: None, protocol)
            async with on_uvicorn(app, lifespan="off") as port, httpx2.AsyncClient() as client:
                for after in range(1, len(frames)):
                    with subtests.test(protocol=protocol, after=after):
                        url = f"http://127.0.0.1:{port}/chat-7/stream?after={after}"
                        answer = await client.get(url)
                        made = encoder(protocol, "chat-7", after=after)
                        expected = b"".join(made.encode(frame) for frame in frames)
                        assert answer.content == made.opening + expected
