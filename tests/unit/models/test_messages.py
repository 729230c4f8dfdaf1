import copy
import json
import warnings
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from mistralai.client.models import (
    AssistantMessage,
    ChatCompletionRequestMessage,
    ChatCompletionResponse,
    FunctionCall,
    SystemMessage,
    TextChunk,
    ThinkChunk,
    ToolCall,
    ToolMessage,
    UsageInfo,
    UserMessage,
)
from mistralai.client.types import UNSET

MESSAGE: TypeAdapter[ChatCompletionRequestMessage] = TypeAdapter(ChatCompletionRequestMessage)


MESSAGES: list[tuple[ChatCompletionRequestMessage, dict[str, Any]]] = [
    (SystemMessage(content="be brief"), {"role": "system", "content": "be brief"}),
    (UserMessage(content="hi"), {"role": "user", "content": "hi"}),
    (UserMessage(content=None), {"role": "user", "content": None}),
    (AssistantMessage(), {"role": "assistant", "prefix": False}),
    (
        AssistantMessage(content="so", tool_calls=UNSET, prefix=True),  # type: ignore[arg-type]  # as the generated SDK took it
        {"role": "assistant", "content": "so", "prefix": True},
    ),
    (
        ToolMessage(content="4", tool_call_id="a", name=None),
        {"role": "tool", "content": "4", "tool_call_id": "a", "name": None},
    ),
    (
        UserMessage(content=[TextChunk(text="hi")]),
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
    ),
]


def test_a_message_dumps_its_role_and_what_it_was_given(subtests: pytest.Subtests) -> None:
    for made, dumped in MESSAGES:
        with subtests.test(dumped=dumped):
            assert made.model_dump() == dumped
            assert MESSAGE.validate_python(dumped) == made
            assert MESSAGE.validate_json(made.model_dump_json()) == made


def test_dicts_nested_in_a_message_become_models() -> None:
    call = {"id": "a", "index": 0, "function": {"name": "f", "arguments": "{}"}}
    message = AssistantMessage.model_validate(
        {"content": [{"type": "thinking", "thinking": []}], "tool_calls": [call], "later": 1}
    )
    assert isinstance(message.content, list)
    assert isinstance(message.content[0], ThinkChunk)
    assert message.tool_calls == [ToolCall(id="a", function=FunctionCall(name="f", arguments="{}"))]
    assert message.model_dump()["later"] == 1


def test_a_role_that_is_none_of_the_four_is_an_error_that_names_it(
    subtests: pytest.Subtests,
) -> None:
    for wrong in [{"role": "bot", "content": "x"}, {"content": "x"}]:
        with subtests.test(wrong=wrong), pytest.raises(ValidationError, match="'role'"):
            MESSAGE.validate_python(wrong)


def test_a_message_without_content_is_an_error_where_the_api_needs_one() -> None:
    for cls in (SystemMessage, UserMessage, ToolMessage):
        with pytest.raises(ValidationError, match="content"):
            cls()


def test_tool_calls_without_id_or_index_have_none_and_invent_none() -> None:
    call = ToolCall.model_validate({"function": {"name": "f", "arguments": {"a": 1}}})
    assert (call.id, call.index, call.type) == (None, None, "function")
    assert call.model_fields_set == {"function"}
    assert call.model_dump() == {
        "function": {"name": "f", "arguments": {"a": 1}},
        "type": "function",
    }


def test_tool_calls_of_a_caller_have_the_defaults_of_the_generated_sdk() -> None:
    call = ToolCall(function=FunctionCall(name="f", arguments="{}"))
    assert (call.id, call.index) == ("null", 0)
    assert ToolCall(id=None, index=None).model_dump() == {"function": {}, "type": "function"}


def test_arguments_are_kept_as_text_or_as_an_object(subtests: pytest.Subtests) -> None:
    for arguments in ["", '{"a":', "{}", {"a": [1]}, {}, 5, [None]]:
        with subtests.test(arguments=arguments):
            call = FunctionCall.model_validate({"arguments": arguments})
            assert call.arguments == arguments
            assert call.name == ""
            assert call.model_fields_set == {"arguments"}
            assert call.model_dump() == {"arguments": arguments}


def test_a_function_without_name_and_arguments_reads_as_empty(subtests: pytest.Subtests) -> None:
    for function in [{}, {"name": None, "arguments": None}]:
        with subtests.test(function=function):
            for call in (
                FunctionCall.model_validate(function),
                FunctionCall.model_validate_json(json.dumps(function)),
            ):
                assert (call.name, call.arguments) == ("", "")
                assert call.model_fields_set == function.keys()
                assert call.model_dump() == dict.fromkeys(function, "")


def test_a_constructor_takes_its_fields_alone_and_parsing_keeps_all() -> None:
    made = UserMessage(content=[{"type": "text", "text": "a", "x": 1}], name="ann")  # type: ignore[list-item, call-arg]  # as the generated SDK takes it
    assert made.model_extra == {}
    assert made.model_dump() == {"role": "user", "content": [{"type": "text", "text": "a"}]}
    parsed = UserMessage.model_validate({"content": "x", "name": "ann"})
    assert parsed.model_dump() == {"role": "user", "content": "x", "name": "ann"}
    usage = UsageInfo(total_tokens=3, num_cached_tokens=2)  # type: ignore[call-arg]  # it is open
    assert usage.model_dump() == {"total_tokens": 3, "num_cached_tokens": 2}


def test_an_attribute_that_is_not_a_field_cannot_be_set() -> None:
    message = AssistantMessage.model_validate({"content": "x", "reasoning": "so"})
    message.reasoning = "else"  # type: ignore[attr-defined]  # it came
    message.content = "y"
    with pytest.raises(ValueError, match=r"'AssistantMessage' has no field 'reasonin'"):
        message.reasonin = "so"  # type: ignore[attr-defined]
    assert message.model_dump() == {"role": "assistant", "content": "y", "reasoning": "else"}


def test_an_absent_prefix_reads_as_false_and_equals_one_that_was_not_given() -> None:
    received = AssistantMessage.model_validate({"content": "x"})
    assert received.prefix is False
    assert received == AssistantMessage(content="x")
    assert received.model_dump() == {"role": "assistant", "content": "x"}
    assert copy.deepcopy(received).model_dump() == received.model_dump()
    made = copy.deepcopy(AssistantMessage(content="x"))
    assert made.model_dump() == {"role": "assistant", "content": "x", "prefix": False}


def test_the_message_of_an_answer_goes_back_unchanged() -> None:
    message = {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "so"}], "closed": True},
            {"type": "text", "text": "4"},
            {"type": "hologram", "beam": 1},
        ],
        "tool_calls": [
            {
                "id": "abc",
                "type": "function",
                "index": 0,
                "function": {"name": "f", "arguments": "{}"},
            }
        ],
        "prefix": False,
    }
    answer = ChatCompletionResponse.model_validate({"choices": [{"message": message}]})
    received = answer.choices[0].message
    assert received is not None
    assert MESSAGE.dump_python(received) == message


def test_a_null_role_in_an_answer_reads_as_the_assistants() -> None:
    assert AssistantMessage.model_validate({"role": None, "content": "x"}).role == "assistant"


def test_changing_an_answer_by_hand_needs_no_validation_and_dumps_without_warnings() -> None:
    answer = ChatCompletionResponse.model_validate({"choices": [{"message": {"content": "x"}}]})
    choice = answer.choices[0]
    answer.choices.append(choice.model_copy(update={"index": 1}))
    assert choice.message is not None
    choice.message.content = [TextChunk(text="y")]
    choice.message.tool_calls = [ToolCall(id="a")]
    choice.finish_reason = None
    assert answer.model_dump()["choices"] == [
        {
            "index": 0,
            "finish_reason": None,
            "message": {
                "role": "assistant",
                "content": [{"text": "y", "type": "text"}],
                "tool_calls": [{"function": {}, "id": "a", "type": "function", "index": 0}],
            },
        },
        {
            "index": 1,
            "message": {
                "role": "assistant",
                "content": [{"text": "y", "type": "text"}],
                "tool_calls": [{"function": {}, "id": "a", "type": "function", "index": 0}],
            },
        },
    ]


def test_construct_takes_plain_dicts_as_tracers_give_them() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pydantic's own name for it is newer
        message = AssistantMessage.construct(  # pyright: ignore[reportDeprecated]  # tracers use it
            role="assistant", content="x", tool_calls=[{"id": "a", "function": {"name": "f"}}]
        )
    assert message.model_dump() == {
        "role": "assistant",
        "content": "x",
        "tool_calls": [{"id": "a", "function": {"name": "f"}}],
    }
