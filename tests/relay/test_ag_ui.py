"""`ag-ui`: what clients of AG-UI are sent."""

import json

from mistralai.client.deltas import (
    ApprovalNeeded,
    FinishDelta,
    ReferenceDelta,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolResult,
    UnknownDelta,
)
from mistralai.client.models import ImageURLChunk, TextChunk
from mistralai.relay import End
from support.relayed import OPENED, RUN, parts, usage

FINISHED = {"type": "RUN_FINISHED", "threadId": "chat-7", "runId": "m1"}


def test_an_answer_for_ag_ui():
    found = parts(
        "ag-ui",
        OPENED,
        ThinkingDelta(0, "hm"),
        TextDelta(0, "a"),
        ReferenceDelta(0, (1,)),
        UnknownDelta(0, {"type": "new"}),
        ToolCallDelta(0, 0, "abc", "f", "{}"),
        FinishDelta(0, "tool_calls"),
        ToolResult("abc", "f", [TextChunk(text="r"), TextChunk(text="s")]),
        ToolResult("abc", "f", [ImageURLChunk(image_url="data:,")]),
        End("ended"),
    )
    assert found == [
        {
            "type": "RUN_STARTED",
            "threadId": "chat-7",
            "runId": "m1",
            "protocolVersion": "1.0",
        },
        {"type": "STEP_STARTED", "stepName": "step-1"},
        {"type": "REASONING_START", "messageId": "m1-2"},
        {"type": "REASONING_MESSAGE_START", "messageId": "m1-2", "role": "reasoning"},
        {"type": "REASONING_MESSAGE_CONTENT", "messageId": "m1-2", "delta": "hm"},
        {"type": "REASONING_MESSAGE_END", "messageId": "m1-2"},
        {"type": "REASONING_END", "messageId": "m1-2"},
        {"type": "TEXT_MESSAGE_START", "messageId": "m1-3", "role": "assistant"},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1-3", "delta": "a"},
        {"type": "CUSTOM", "name": "references", "value": [1]},
        {"type": "CUSTOM", "name": "content", "value": {"type": "new"}},
        {"type": "TEXT_MESSAGE_END", "messageId": "m1-3"},
        {
            "type": "TOOL_CALL_START",
            "toolCallId": "abc",
            "toolCallName": "f",
            "parentMessageId": "m1-3",
        },
        {"type": "TOOL_CALL_ARGS", "toolCallId": "abc", "delta": "{}"},
        {"type": "TOOL_CALL_END", "toolCallId": "abc"},
        ag_ui_result("rs"),
        ag_ui_result(json.dumps([{"image_url": "data:,", "type": "image_url"}]).replace(" ", "")),
        {"type": "STEP_FINISHED", "stepName": "step-1"},
        {**FINISHED, "metadata": {"finishReason": "tool_calls"}},
    ]


def ag_ui_result(content):
    return {
        "type": "TOOL_CALL_RESULT",
        "messageId": "abc-result",
        "toolCallId": "abc",
        "content": content,
        "role": "tool",
    }


def test_what_ag_ui_does_not_run(subtests):
    with subtests.test("a call that waits for an approval interrupts the run"):
        *_, last = parts("ag-ui", OPENED, ApprovalNeeded("abc", "f", {}), End("ended"))
        interrupt = {"id": "abc", "reason": "approval", "toolCallId": "abc"}
        assert last["outcome"] == {"type": "interrupt", "interrupts": [interrupt]}
    with subtests.test("a call that was cut off is answered"):
        *_, end, result, _, last = parts(
            "ag-ui", OPENED, ToolCallDelta(0, 0, "abc", "f", "{"), End("stopped")
        )
        assert end["type"] == "TOOL_CALL_END"
        assert result == ag_ui_result(
            "The answer ended before the call was complete; it was not run."
        )
        assert last["outcome"] == {"type": "cancelled"}


def test_results_of_any_value_of_json_are_text(subtests):
    cases = (
        ({"degrees": 3.5}, '{"degrees":3.5}'),
        (["rain", "sun"], '["rain","sun"]'),
        ([{"type": "text"}], '[{"type":"text"}]'),
        ([], ""),
        (3, "3"),
        (None, "null"),
    )
    for content, expected in cases:
        with subtests.test(content):
            *_, result, _, _ = parts("ag-ui", OPENED, ToolResult("abc", "f", content), End("ended"))
            assert result == ag_ui_result(expected)


def test_tokens_of_several_answers_are_added():
    *_, last = parts("ag-ui", OPENED, *RUN, End("ended"))
    assert last["usage"] == [
        {"model": "mistral-small", "inputTokens": 4, "outputTokens": 6, "totalTokens": 10}
    ]
    twice = parts("ag-ui", OPENED, usage(1, 1), TextDelta(0, "a"), usage(1, 2), End("failed"))
    assert twice[-1]["usage"][0]["totalTokens"] == 3
