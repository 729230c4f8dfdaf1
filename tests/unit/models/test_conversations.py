"""The Conversations models, which libraries import with those of chat."""

import pytest
from pydantic import BaseModel  # noqa: TC002 - annotates what runs

from mistralai.client import models
from mistralai.client.models import (
    CodeInterpreterTool,
    ConversationResponse,
    FunctionCallEntry,
    FunctionResultEntry,
    MessageInputEntry,
    MessageOutputEntry,
    TextChunk,
    ToolReferenceChunk,
    UnknownContentChunk,
    UnknownConversationEntry,
)

ENTRY = {"object", "type", "created_at", "completed_at", "id"}
BY_MODEL = {*ENTRY, "agent_id", "model"}
FIELDS = {
    "AgentHandoffEntry": {
        *ENTRY,
        *("previous_agent_id", "previous_agent_name", "next_agent_id", "next_agent_name"),
    },
    "CodeInterpreterTool": {"tool_configuration", "type"},
    "CompletionArgs": {
        *("stop", "presence_penalty", "frequency_penalty", "temperature", "top_p", "max_tokens"),
        *("random_seed", "prediction", "response_format", "tool_choice", "reasoning_effort"),
    },
    "ConversationResponse": {"conversation_id", "outputs", "usage", "object", "guardrails"},
    "ConversationUsageInfo": {
        *("prompt_tokens", "completion_tokens", "total_tokens", "connector_tokens", "connectors")
    },
    "FunctionCallEntry": {*BY_MODEL, "tool_call_id", "name", "arguments", "confirmation_status"},
    "FunctionResultEntry": {*ENTRY, "tool_call_id", "result"},
    "FunctionTool": {"function", "type"},
    "MessageInputEntry": {*ENTRY, "role", "content", "prefix"},
    "MessageOutputEntry": {*BY_MODEL, "content", "role"},
    "ToolExecutionEntry": {*BY_MODEL, "name", "arguments", "info"},
    "ToolFileChunk": {"tool", "file_id", "type", "file_name", "file_type"},
    "WebSearchPremiumTool": {"tool_configuration", "type"},
    "WebSearchTool": {"tool_configuration", "type"},
}
"""As the generated SDK, 3.7.0, has them."""


@pytest.mark.parametrize("name", FIELDS)
def test_a_model_has_the_fields_of_the_generated_one(name: str) -> None:
    model: type[BaseModel] = getattr(models, name)
    assert model.model_fields.keys() == FIELDS[name]


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


def test_a_response_is_read_and_dumped_as_it_came() -> None:
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
