"""`None` as a field's value: null where the API takes null, left out where it would refuse it."""

import pytest
from pydantic import BaseModel

from mistralai.client.models import (
    AssistantMessage,
    DocumentURLChunk,
    Function,
    FunctionCall,
    GuardrailConfig,
    JSONSchema,
    ModerationLlmv1Config,
    ModerationLlmv2Config,
    ResponseFormat,
    ThinkChunk,
    ToolCall,
    ToolMessage,
)

NAMED = {"name": "f"}


WITHOUT_NULL: list[tuple[BaseModel, object]] = [
    (JSONSchema(name="f", schema_definition={}, strict=None), {**NAMED, "schema": {}}),
    (
        Function(name="f", parameters={}, strict=None, description=None),
        {**NAMED, "parameters": {}},
    ),
    (ResponseFormat(type=None), {}),
    (AssistantMessage(content="x", prefix=None), {"role": "assistant", "content": "x"}),
    (
        ToolCall(function=FunctionCall(name="f"), id=None, type=None, index=None),
        {"function": NAMED},
    ),
    (ThinkChunk(thinking=[], closed=None), {"type": "thinking", "thinking": []}),
    (GuardrailConfig(block_on_error=None), {}),
    (
        ModerationLlmv1Config(model_name=None, action=None),
        {"ignore_other_categories": False},
    ),
    (ModerationLlmv2Config(model_name=None, ignore_other_categories=None), {}),
]


def test_a_field_that_takes_no_null_is_left_out(subtests: pytest.Subtests) -> None:
    for made, dumped in WITHOUT_NULL:
        with subtests.test(made=made):
            assert made.model_dump() == made.model_dump(mode="json") == dumped


WITH_NULL: list[tuple[BaseModel, str]] = [
    (AssistantMessage(content=None), "content"),
    (AssistantMessage(tool_calls=None), "tool_calls"),
    (ToolMessage(content="x", tool_call_id=None), "tool_call_id"),
    (JSONSchema(name="f", schema_definition={}, description=None), "description"),
    (ResponseFormat(json_schema=None), "json_schema"),
    (DocumentURLChunk(document_url="x", document_name=None), "document_name"),
]


def test_a_field_that_takes_null_has_it(subtests: pytest.Subtests) -> None:
    for made, name in WITH_NULL:
        with subtests.test(f"{type(made).__name__}.{name}"):
            assert made.model_dump()[name] is None
