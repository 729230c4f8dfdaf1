from typing import Any

import pytest
from pydantic import ValidationError

from mistralai.client._api.body import build_body
from mistralai.client._api.params import ChatBody
from support.built import HI, chat


def complaints(**fields: Any) -> dict[str, str]:
    """Return the complaints about a chat call, by place."""
    with pytest.raises(ValidationError) as caught:
        build_body(ChatBody, {"model": "m", "messages": HI, **fields})
    return {".".join(map(str, e["loc"])): e["msg"] for e in caught.value.errors()}


WRONG = [
    ({"model": None}, "model", "string"),
    ({"messages": []}, "messages", "at least 1 item"),
    ({"messages": "hi"}, "messages", "list"),
    ({"messages": None}, "messages", "list"),
    ({"messages": [*HI, None]}, "messages.1", "dictionary or object"),
    ({"messages": [*HI, "hi"]}, "messages.1", "dictionary or object"),
    ({"messages": [{"role": "bot", "content": "x"}]}, "messages.0", "'bot' found using 'role'"),
    ({"messages": [{"content": "x"}]}, "messages.0", "'role'"),
    ({"messages": [{"role": None, "content": "x"}]}, "messages.0", "'role'"),
    ({"messages": [{"role": "user"}]}, "messages.0.user.content", "required"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages.0.user.content.str", "string"),
    ({"temperature": "warm"}, "temperature", "number"),
    ({"max_tokens": 1.5}, "max_tokens", "integer"),
    ({"safe_prompt": "perhaps"}, "safe_prompt", "boolean"),
    ({"metadata": "x"}, "metadata", "dictionary"),
    ({"tools": [{"type": "function"}]}, "tools.0.function.function", "required"),
    ({"tools": [{"function": {}}]}, "tools.0.function.function.name", "required"),
    ({"tools": ["search"]}, "tools.0.function", "dictionary"),
    ({"response_format": "json"}, "response_format", "dictionary"),
    (
        {"response_format": {"json_schema": {"name": "s"}}},
        "response_format.json_schema.schema",
        "required",
    ),
    ({"prediction": {"content": 1}}, "prediction.content", "string"),
    ({"guardrails": [{"block_on_error": 5}]}, "guardrails.0.block_on_error", "boolean"),
]


def test_a_wrong_value_is_named_by_its_place(subtests: pytest.Subtests) -> None:
    for fields, place, complaint in WRONG:
        with subtests.test(fields=fields):
            assert complaint in complaints(**fields)[place]


def test_a_missing_required_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="messages is missing"):
        build_body(ChatBody, {"model": "m"})


def test_an_extra_body_that_is_not_a_mapping_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="extra_body"):
        build_body(ChatBody, {"model": "m", "messages": HI}, extra_body=[1])  # type: ignore[arg-type]  # the point of the test


def test_what_json_cannot_hold_is_a_value_error_that_names_the_field(
    subtests: pytest.Subtests,
) -> None:
    for value in [object(), ["\ud800", object()], ["\ud800", {object(): 1}]]:
        refusal = "metadata cannot be written as JSON"
        with subtests.test(value=value), pytest.raises(ValueError, match=refusal):
            chat(metadata={"x": value})
