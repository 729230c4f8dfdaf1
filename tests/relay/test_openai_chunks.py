"""`openai`: what clients of that API are sent."""

from mistralai.client.deltas import (
    FinishDelta,
    ReferenceDelta,
    StepEnd,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolResult,
    UnknownDelta,
)
from mistralai.relay import End
from mistralai.relay.protocols import PROTOCOLS
from support.relayed import OPENED, RUN, frames, parts, usage


def chunk(delta, reason=None, index=0):
    return {
        "id": "m1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "mistral-small",
        "choices": [{"index": index, "delta": delta, "finish_reason": reason}],
    }


def test_an_answer_for_openai_clients():
    found = parts(
        "openai",
        OPENED,
        ThinkingDelta(0, "hm"),
        TextDelta(0, "a"),
        TextDelta(1, "b"),
        ReferenceDelta(0, (1,)),
        UnknownDelta(0, {"type": "new"}),
        ToolCallDelta(0, 0, "abc", "f", "{"),
        ToolCallDelta(0, 0, "abc", "f", "}"),
        ToolCallDelta(0, 1, "null", "g", "{}"),
        FinishDelta(0, "tool_calls"),
        FinishDelta(1, "stop"),
        usage(1, 2),
        End("ended"),
    )
    first = {"index": 0, "id": "abc", "type": "function"}
    other = {"index": 1, "id": "call-1", "type": "function"}
    assert found == [
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "hm"}),
        chunk({"content": "a"}),
        chunk({"role": "assistant", "content": "b"}, index=1),
        chunk({"reference_ids": [1]}),
        chunk({"content_chunk": {"type": "new"}}),
        chunk({"tool_calls": [{**first, "function": {"name": "f", "arguments": "{"}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}),
        chunk({"tool_calls": [{**other, "function": {"name": "g", "arguments": "{}"}}]}),
        chunk({}, "tool_calls"),
        chunk({}, "stop", index=1),
        {
            **chunk({}),
            "choices": [],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
        },
        "[DONE]",
    ]


def test_openai_clients_see_no_call_that_is_run_here():
    *_, b, stop, tokens, done = parts("openai", OPENED, *RUN, End("ended"))
    assert (b, stop, done) == (chunk({"content": "b"}), chunk({}, "stop"), "[DONE]")
    assert tokens["usage"]["total_tokens"] == 10
    left = (*RUN[:5], ToolResult("abc", "f", "r"), StepEnd(1, "tool_calls"))
    *before, call, reason, _ = parts("openai", OPENED, *left, End("ended"))
    assert "tool_calls" not in str(before)
    assert call["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] == "g"
    assert reason == chunk({}, "tool_calls")


def test_tokens_are_left_out_for_an_openai_client_that_does_not_ask():
    reader = PROTOCOLS["openai"]("chat-7", include_usage=False)
    texts = [reader.encode(frame) for frame in frames(OPENED, usage(1, 2), End("ended"))]
    assert texts[-1] == b"id: 3\ndata: [DONE]\n\n"
