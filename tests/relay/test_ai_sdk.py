"""`ai-sdk`: what `useChat` of the AI SDK is sent."""

import pytest

from mistralai import Mistral
from mistralai.client.deltas import (
    ApprovalNeeded,
    FinishDelta,
    ReferenceDelta,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolFailure,
    ToolResult,
    ToolStart,
    UnknownDelta,
)
from mistralai.client.models import ImageURLChunk, TextChunk
from mistralai.relay import End, Relay
from mistralai.relay.protocols import encoder
from mistralai.simulator import Call, Reply, Scenario, Simulator
from support.relayed import OPENED, RUN, AISDKRules, data_of, parts, usage

START = {
    "type": "start",
    "messageId": "m1",
    "messageMetadata": {"createdAt": 1_700_000_000_000, "model": "mistral-small"},
}


def inner(protocol, *events):
    """Return the parts of choice 0 between the beginning of its step and the end of the answer."""
    found = parts(protocol, OPENED, *events, End("ended"))
    assert found[:2] == [START, {"type": "start-step"}]
    assert found[-3] == {"type": "finish-step"}
    return found[2:-3]


def test_an_answer_for_the_ai_sdk():
    found = parts(
        "ai-sdk",
        OPENED,
        ThinkingDelta(0, "hm"),
        TextDelta(0, "a😀"),
        TextDelta(1, "of another choice"),
        ReferenceDelta(0, (1, "b")),
        UnknownDelta(0, {"type": "new"}),
        FinishDelta(0, "model_length"),
        usage(1, 2),
        End("ended"),
    )
    assert found == [
        START,
        {"type": "start-step"},
        {"type": "reasoning-start", "id": "2"},
        {"type": "reasoning-delta", "id": "2", "delta": "hm"},
        {"type": "reasoning-end", "id": "2"},
        {"type": "text-start", "id": "3"},
        {"type": "text-delta", "id": "3", "delta": "a😀"},
        {"type": "data-references", "data": {"ids": [1, "b"], "at": 3}},
        {"type": "data-content", "data": {"type": "new"}},
        {"type": "text-end", "id": "3"},
        {
            "type": "message-metadata",
            "messageMetadata": {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}},
        },
        {"type": "finish-step"},
        {"type": "finish", "finishReason": "length"},
        "[DONE]",
    ]


def named(kind, call, **fields):
    return {"type": f"tool-{kind}", "toolCallId": call, **fields}


CALLS = {
    "in pieces": (
        [
            ToolCallDelta(0, 0, "abc", "f", ""),
            ToolCallDelta(0, 0, "abc", "f", '{"x":'),
            ToolCallDelta(0, 0, "abc", "f", "1}"),
            FinishDelta(0, "tool_calls"),
        ],
        [
            named("input-start", "abc", toolName="f"),
            named("input-delta", "abc", inputTextDelta='{"x":'),
            named("input-delta", "abc", inputTextDelta="1}"),
            named("input-available", "abc", toolName="f", input={"x": 1}),
        ],
    ),
    "its name comes late": (
        [
            ToolCallDelta(0, 0, "abc", None, "{"),
            ToolCallDelta(0, 0, "abc", "f", "}"),
            FinishDelta(0, "tool_calls"),
        ],
        [
            named("input-start", "abc", toolName="f"),
            named("input-delta", "abc", inputTextDelta="{}"),
            named("input-available", "abc", toolName="f", input={}),
        ],
    ),
    "without an id, and one that the tools give it": (
        [
            ToolCallDelta(0, 0, None, "f", ""),
            FinishDelta(0, "tool_calls"),
            ToolStart("zzz", "f", {}),
            ToolResult("zzz", "f", [TextChunk(text="r")]),
        ],
        [
            named("input-start", "call-2", toolName="f"),
            named("input-available", "call-2", toolName="f", input={}),
            named("output-available", "call-2", output=[{"type": "text", "text": "r"}]),
        ],
    ),
    "an id that was used before": (
        [
            ToolCallDelta(0, 0, "abc", "f", ""),
            FinishDelta(0, "tool_calls"),
            ToolResult("abc", "f", "1"),
            ToolCallDelta(0, 0, "abc", "f", ""),
            FinishDelta(0, "tool_calls"),
            ToolResult("abc", "f", "2"),
        ],
        [
            named("input-start", "abc", toolName="f"),
            named("input-available", "abc", toolName="f", input={}),
            named("output-available", "abc", output="1"),
            {"type": "finish-step"},
            {"type": "start-step"},
            named("input-start", "abc-5", toolName="f"),
            named("input-available", "abc-5", toolName="f", input={}),
            named("output-available", "abc-5", output="2"),
        ],
    ),
    "malformed": (
        [
            ToolCallDelta(0, 0, "abc", "f", "NaN"),
            FinishDelta(0, "tool_calls"),
            ToolFailure("abc", "f", "Not JSON."),
        ],
        [
            named("input-start", "abc", toolName="f"),
            named("input-delta", "abc", inputTextDelta="NaN"),
            named(
                "input-error",
                "abc",
                toolName="f",
                input="NaN",
                errorText="The arguments are not valid JSON.",
            ),
            named("output-error", "abc", errorText="Not JSON."),
        ],
    ),
    "cut off": (
        [ToolCallDelta(0, 0, "abc", "f", "{}"), FinishDelta(0, "length")],
        [
            named("input-start", "abc", toolName="f"),
            named("input-delta", "abc", inputTextDelta="{}"),
            named(
                "input-error",
                "abc",
                toolName="f",
                input="{}",
                errorText="The answer ended before the call was complete.",
            ),
        ],
    ),
    "between two texts": (
        [
            ToolStart("abc", "f", {}),
            TextDelta(0, "a"),
            ToolResult("abc", "f", "r"),
            TextDelta(0, "b"),
        ],
        [
            named("input-start", "abc", toolName="f"),
            named("input-delta", "abc", inputTextDelta="{}"),
            named("input-available", "abc", toolName="f", input={}),
            {"type": "text-start", "id": "3"},
            {"type": "text-delta", "id": "3", "delta": "a"},
            {"type": "text-end", "id": "3"},
            named("output-available", "abc", output="r"),
            {"type": "text-start", "id": "5"},
            {"type": "text-delta", "id": "5", "delta": "b"},
            {"type": "text-end", "id": "5"},
        ],
    ),
    "only what the tools say": (
        [ToolStart("abc", "f", {"x": 1}), ToolResult("abc", "f", "r")],
        [
            named("input-start", "abc", toolName="f"),
            named("input-delta", "abc", inputTextDelta='{"x":1}'),
            named("input-available", "abc", toolName="f", input={"x": 1}),
            named("output-available", "abc", output="r"),
        ],
    ),
}


def test_tool_calls_for_the_ai_sdk(subtests):
    for name, (events, expected) in CALLS.items():
        with subtests.test(name):
            assert inner("ai-sdk", *events) == expected


def test_an_approval_is_asked_for_in_the_way_of_each_release():
    events = (ApprovalNeeded("abc", "f", {"x": 1}),)
    assert inner("ai-sdk", *events)[-1] == {
        "type": "data-approval",
        "id": "abc",
        "data": {"toolCallId": "abc", "toolName": "f", "input": {"x": 1}},
    }
    assert inner("ai-sdk@6", *events)[-1] == named("approval-request", "abc", approvalId="abc")


def test_content_of_other_kinds_for_the_ai_sdk(subtests):
    image = "data:image/png;base64,AA=="
    tool = {"type": "tool_reference", "tool": "web", "title": "T", "url": "https://a.example"}
    remote = {"type": "image_url", "image_url": "https://a.example/i.png"}
    cases = [
        (ImageURLChunk(image_url=image), {"type": "file", "url": image, "mediaType": "image/png"}),
        (
            tool,
            {
                "type": "source-url",
                "sourceId": "https://a.example",
                "url": "https://a.example",
                "title": "T",
            },
        ),
        (remote, {"type": "data-content", "data": remote}),
    ]
    for chunk, expected in cases:
        with subtests.test(expected["type"]):
            assert inner("ai-sdk", UnknownDelta(0, chunk)) == [expected]


def test_a_run_with_tools_is_steps():
    kinds = [part["type"] for part in parts("ai-sdk", OPENED, *RUN, End("ended"))[:-1]]
    steps = [kind for kind in kinds if "step" in kind or kind.startswith("tool-output")]
    assert steps == [
        "start-step",
        "tool-output-available",
        "tool-output-error",
        "finish-step",
        "start-step",
        "finish-step",
    ]


def weather(city: str) -> str:
    """Say what the weather is like."""
    return f"Sunny in {city}."


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_run_of_real_tools_reads_as_parts():
    calls = [Call(name="weather", arguments={"city": "Paris"}), Call(name="nothing", arguments={})]
    steps = [Scenario(Reply(calls=calls)), Scenario(Reply(text="Sunny in Paris."))]
    question = [{"role": "user", "content": "How is the weather in Paris?"}]
    reader, rules, found = encoder("ai-sdk", "chat-7"), AISDKRules(), []
    with Simulator(steps) as sim:
        async with Mistral(api_key="any", server_url=sim.url) as client, Relay() as relay:
            run = client.chat.run_tools_async(model="m", messages=question, tools=[weather])
            await relay.start("chat-7", run)
            async for frame in relay.follow("chat-7"):
                found += data_of(reader.encode(frame).decode())
    for part in found:
        rules.read(part)
    outputs = [part for part in found if "tool-output" in str(part)]
    assert [part.get("output") for part in outputs] == ["Sunny in Paris.", None]
    assert "no tool 'nothing'" in outputs[1]["errorText"]
    assert (
        "".join(part["delta"] for part in found if "text-delta" in str(part)) == "Sunny in Paris."
    )
    assert rules.last == "finish"
