"""The Conversations models, which libraries import with those of chat."""

from typing import Any

import pytest
from pydantic import BaseModel

from mistralai.client import models
from mistralai.client.models import (
    CodeInterpreterTool,
    ConversationAppendRequest,
    ConversationEvents,
    ConversationHistory,
    ConversationMessages,
    ConversationResponse,
    ConversationStreamRequest,
    FunctionCallEntry,
    FunctionCallEvent,
    FunctionResultEntry,
    MessageInputEntry,
    MessageOutputEntry,
    MessageOutputEvent,
    ModelConversation,
    TextChunk,
    ToolExecutionEntry,
    ToolReferenceChunk,
    UnknownContentChunk,
    UnknownConversationEntry,
    UnknownConversationEventsData,
)

ENTRY = {"object", "type", "created_at", "completed_at", "id"}
BY_MODEL = {*ENTRY, "agent_id", "model"}
EVENT = {"type", "created_at"}
OUTPUT_EVENT = {*EVENT, "id", "output_index"}
MODEL_EVENT = {*OUTPUT_EVENT, "model", "agent_id"}
NEXT = {"inputs", "stream", "store", "handoff_execution", "completion_args"}
APPEND = {*NEXT, "tool_confirmations"}
RESTART = {*NEXT, "from_entry_id", "guardrails", "metadata", "agent_version"}
REQUEST = {
    *(*NEXT, "instructions", "tools", "guardrails", "name", "description", "metadata"),
    *("agent_id", "agent_version", "model"),
}
KEPT = {"id", "created_at", "updated_at", "name", "description", "metadata", "object"}
FIELDS = {
    "AgentConversation": {*KEPT, "agent_id", "agent_version"},
    "AgentHandoffDoneEvent": {*OUTPUT_EVENT, "next_agent_id", "next_agent_name"},
    "AgentHandoffEntry": {
        *ENTRY,
        *("previous_agent_id", "previous_agent_name", "next_agent_id", "next_agent_name"),
    },
    "AgentHandoffStartedEvent": {*OUTPUT_EVENT, "previous_agent_id", "previous_agent_name"},
    "CodeInterpreterTool": {"tool_configuration", "type"},
    "CompletionArgs": {
        *("stop", "presence_penalty", "frequency_penalty", "temperature", "top_p", "max_tokens"),
        *("random_seed", "prediction", "response_format", "tool_choice", "reasoning_effort"),
    },
    "ConversationAppendRequest": APPEND,
    "ConversationAppendStreamRequest": APPEND,
    "ConversationEvents": {"event", "data"},
    "ConversationHistory": {"conversation_id", "entries", "object"},
    "ConversationMessages": {"conversation_id", "messages", "object"},
    "ConversationRequest": REQUEST,
    "ConversationResponse": {"conversation_id", "outputs", "usage", "object", "guardrails"},
    "ConversationRestartRequest": RESTART,
    "ConversationRestartStreamRequest": RESTART,
    "ConversationStreamRequest": REQUEST,
    "ConversationUsageInfo": {
        *("prompt_tokens", "completion_tokens", "total_tokens", "connector_tokens", "connectors")
    },
    "FunctionCallEntry": {*BY_MODEL, "tool_call_id", "name", "arguments", "confirmation_status"},
    "FunctionCallEvent": {
        *(*MODEL_EVENT, "name", "tool_call_id", "arguments", "confirmation_status")
    },
    "FunctionResultEntry": {*ENTRY, "tool_call_id", "result"},
    "FunctionTool": {"function", "type"},
    "MessageInputEntry": {*ENTRY, "role", "content", "prefix"},
    "MessageOutputEntry": {*BY_MODEL, "content", "role"},
    "MessageOutputEvent": {*MODEL_EVENT, "content", "content_index", "role"},
    "ModelConversation": {
        *(*KEPT, "model", "instructions", "tools", "completion_args", "guardrails")
    },
    "ResponseDoneEvent": {*EVENT, "usage"},
    "ResponseErrorEvent": {*EVENT, "message", "code"},
    "ResponseStartedEvent": {*EVENT, "conversation_id"},
    "ToolCallConfirmation": {"tool_call_id", "confirmation"},
    "ToolExecutionDeltaEvent": {*OUTPUT_EVENT, "name", "arguments"},
    "ToolExecutionDoneEvent": {*OUTPUT_EVENT, "name", "info"},
    "ToolExecutionEntry": {*BY_MODEL, "name", "arguments", "info"},
    "ToolExecutionStartedEvent": {*MODEL_EVENT, "name", "arguments"},
    "ToolFileChunk": {"tool", "file_id", "type", "file_name", "file_type"},
    "WebSearchPremiumTool": {"tool_configuration", "type"},
    "WebSearchTool": {"tool_configuration", "type"},
}
"""The fields of each model in version 3.7.0 of the generated SDK."""


def test_a_model_has_the_fields_of_the_generated_one(subtests: pytest.Subtests) -> None:
    for name, fields in FIELDS.items():
        with subtests.test(name):
            model: type[BaseModel] = getattr(models, name)
            assert model.model_fields.keys() == fields


RESPONSE = {
    "conversation_id": "conv_1",
    "outputs": [
        {
            "type": "message.output",
            "content": [
                {"type": "text", "text": "Paris"},
                {"type": "tool_reference", "tool": "web_search", "title": "A page"},
                {"type": "of tomorrow", "x": 1},
            ],
            "created_at": "2026-11-21T12:00:00Z",
        },
        {"type": "function.call", "tool_call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "of tomorrow", "x": 1},
    ],
    "usage": {"prompt_tokens": 3, "connectors": {"web_search": 1}},
}


def test_a_response_is_read_and_dumped_unchanged() -> None:
    response = ConversationResponse.model_validate(RESPONSE)
    message, call, other = response.outputs
    assert isinstance(message, MessageOutputEntry)
    assert [type(chunk) for chunk in message.content] == [
        TextChunk,
        ToolReferenceChunk,
        UnknownContentChunk,
    ]
    assert isinstance(call, FunctionCallEntry)
    assert isinstance(other, UnknownConversationEntry)
    assert response.model_dump(mode="json", exclude_unset=True) == RESPONSE


SAID: dict[str, Any] = {"type": "message.output", "content": "Paris"}
SLOPPY: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "a time that is none": (MessageOutputEntry, {**SAID, "created_at": "soon"}),
    "ids that are numbers": (MessageOutputEntry, {**SAID, "id": 1, "model": 2, "agent_id": 3}),
    "another role": (MessageOutputEntry, {**SAID, "role": "model"}),
    "a result that is no object": (
        ToolExecutionEntry,
        {"type": "tool.execution", "name": "web_search", "arguments": "{}", "info": ["a page"]},
    ),
    "usage of other types": (
        ConversationResponse,
        {
            "conversation_id": "conv_1",
            "object": "answer",
            "outputs": [],
            "usage": {"prompt_tokens": "many", "connectors": ["web_search"]},
            "guardrails": {},
        },
    ),
    "a conversation of tomorrow": (
        ModelConversation,
        {
            "id": "conv_1",
            "object": "talk",
            "created_at": "soon",
            "updated_at": None,
            "model": "m",
            "tools": [{"type": "function"}],
            "completion_args": 5,
            "guardrails": "all",
            "metadata": [],
            "name": 1,
        },
    ),
}


def test_an_answer_that_is_sloppier_is_kept_as_it_was_received(subtests: pytest.Subtests) -> None:
    for name, (model, received) in SLOPPY.items():
        with subtests.test(name):
            assert model.model_validate(received).model_dump(mode="json", exclude_unset=True) == (
                received
            )


def test_null_is_empty_where_programs_read_on() -> None:
    empty = {"conversation_id": None, "outputs": None, "usage": None}
    response = ConversationResponse.model_validate(empty)
    assert (response.conversation_id, response.outputs) == ("", [])
    assert response.usage.total_tokens == 0
    asked = {**empty, "outputs": [{**SAID, "content": None, "role": None, "usage": None}]}
    [said] = ConversationResponse.model_validate(asked).outputs
    assert isinstance(said, MessageOutputEntry)
    assert (said.content, said.role) == ("", "assistant")
    of = {"conversation_id": "conv_1"}
    assert ConversationHistory.model_validate({**of, "entries": None}).entries == []
    assert ConversationMessages.model_validate({**of, "messages": None}).messages == []
    assert ConversationResponse.model_validate({**of, "outputs": []}).model_dump() == {
        **of,
        "object": "conversation.response",
        "outputs": [],
    }


def test_entries_and_tools_are_made_by_hand() -> None:
    asked = MessageInputEntry(role="user", content="Hello")
    assert asked.model_dump() == {
        "object": "entry",
        "type": "message.input",
        "role": "user",
        "content": "Hello",
        "prefix": False,
    }
    result = FunctionResultEntry(tool_call_id="1", result="sunny")
    assert result.model_dump(exclude_unset=True) == {"tool_call_id": "1", "result": "sunny"}
    assert CodeInterpreterTool().model_dump() == {"type": "code_interpreter"}


def test_events_are_read_by_their_type_and_unknown_ones_are_kept() -> None:
    said = {"id": "1", "content": "Par", "type": "message.output.delta"}
    called = {"id": "2", "name": "f", "tool_call_id": "3", "arguments": "{", "output_index": 1}
    called["type"] = "function.call.delta"
    other = {"type": "of tomorrow", "x": 1}
    events = [
        ConversationEvents.model_validate({"event": data["type"], "data": data})
        for data in (said, called, other)
    ]
    assert [type(event.data) for event in events] == [
        MessageOutputEvent,
        FunctionCallEvent,
        UnknownConversationEventsData,
    ]
    assert events[2].model_dump() == {"event": "of tomorrow", "data": other}


def test_requests_are_made_by_hand_and_dump_what_they_were_given() -> None:
    first = ConversationStreamRequest(inputs="Hello", model="m", store=None)
    assert first.model_dump() == {"inputs": "Hello", "model": "m", "store": None, "stream": True}
    answer = FunctionResultEntry(tool_call_id="1", result="sunny")
    following = ConversationAppendRequest(inputs=[answer], completion_args=None)
    assert following.model_dump(exclude_unset=True) == {
        "inputs": [{"tool_call_id": "1", "result": "sunny"}]
    }
    assert following.stream is False


def test_a_history_has_entries() -> None:
    history = ConversationHistory.model_validate(
        {"conversation_id": "conv_1", "entries": RESPONSE["outputs"]}
    )
    assert isinstance(history.entries[0], MessageOutputEntry)
