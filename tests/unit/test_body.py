import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from mistralai.client._api.body import body_adapter, build_body
from mistralai.client._api.params import AgentsBody, ChatBody, FIMBody
from mistralai.client.models import (
    AssistantMessage,
    ChatCompletionResponse,
    Function,
    JSONSchema,
    Prediction,
    ResponseFormat,
    SystemMessage,
    TextChunk,
    Tool,
    ToolCall,
    ToolChoice,
    UserMessage,
)
from mistralai.client.types import UNSET
from support.built import HI, chat, sent
from support.wire_fields import NOT_NULLABLE, NULLABLE


def test_a_body_is_compact_utf_8_without_needless_escapes() -> None:
    body = build_body(ChatBody, {"model": "m", "messages": [UserMessage(content='é "\u2028" 😀')]})
    assert body == (
        '{"model":"m","messages":[{"content":"é \\"\u2028\\" 😀","role":"user"}]}'.encode()
    )


@given(st.text('a"\\é\u2028\x00\x7f😀', max_size=20))
def test_any_text_arrives_unchanged(text: str) -> None:
    """Whatever the text of a message, the server reads the same text."""
    messages = [{"role": "user", "content": text}]
    assert sent(model="m", messages=messages)["messages"] == messages


def test_a_lone_surrogate_which_utf_8_cannot_hold_is_escaped_and_nothing_else_is() -> None:
    fields = {
        "model": "m",
        "messages": [{"role": "user", "content": "é\ud800\u2028"}],
        "metadata": {"\ud800": ["\udfff", "\ud83d\ude00", 1.5, float("nan")]},
    }
    for extra in ({}, {"new": "\udcff", "day": date(2026, 1, 2), "model": "n"}):
        body = build_body(ChatBody, fields, extra_body=extra)
        assert "é\\ud800\u2028".encode() in body
        assert b": " not in body
        written = json.loads(body)
        assert written["messages"] == fields["messages"]
        assert written["metadata"] == {"\ud800": ["\udfff", "\U0001f600", 1.5, None]}
    assert (written["new"], written["day"], written["model"]) == ("\udcff", "2026-01-02", "n")


def test_only_what_utf_8_cannot_hold_costs_a_second_writing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow: list[object] = []
    monkeypatch.setattr("mistralai.client._api.body.to_jsonable_python", slow.append)
    chat(metadata={"é": 1.5})
    assert slow == []
    chat(metadata={"x": [1, "\ud800"]})
    assert slow == [1]


def test_unset_is_never_sent(subtests: pytest.Subtests) -> None:
    for name in sorted(ChatBody.__annotations__):
        with subtests.test(name):
            if name in {"model", "messages"}:
                with pytest.raises(ValidationError, match=f"{name} is missing"):
                    build_body(ChatBody, {"model": "m", "messages": HI, name: UNSET})
            else:
                body = build_body(ChatBody, {"model": "m", "messages": HI, name: UNSET})
                assert json.loads(body) == {"model": "m", "messages": HI}


def test_none_is_sent_as_null_where_the_api_takes_null(subtests: pytest.Subtests) -> None:
    for name in NULLABLE:
        with subtests.test(name):
            assert chat(**{name: None}) == {name: None}


def test_none_is_left_out_where_the_api_takes_no_null(subtests: pytest.Subtests) -> None:
    for name in NOT_NULLABLE:
        with subtests.test(name):
            assert chat(**{name: None}) == {}


def test_the_method_says_whether_a_stream_is_asked_for() -> None:
    assert sent(model="m", messages=HI, stream=True)["stream"] is True
    assert "stream" not in json.loads(build_body(ChatBody, {"model": "m", "messages": HI}))
    given_true = {"model": "m", "messages": HI, "stream": True}
    assert json.loads(build_body(ChatBody, given_true, stream=False))["stream"] is False
    assert json.loads(build_body(ChatBody, given_true, stream=True))["stream"] is True


def test_options_of_the_call_are_not_sent() -> None:
    assert chat(timeout_ms=3, retries=object(), http_headers={}) == {}


def test_objects_and_dicts_mix_and_give_the_same_body() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    schema = {"name": "s", "schema": {"type": "object"}, "strict": True}
    as_objects = chat(
        tools=[Tool(function=Function(name="f", parameters={"type": "object"})), tool],
        tool_choice=ToolChoice.model_validate({"function": {"name": "f"}}),
        response_format=ResponseFormat(
            type="json_schema",
            json_schema=JSONSchema(name="s", schema_definition={"type": "object"}, strict=True),
        ),
        prediction=Prediction(content="x"),
    )
    as_dicts = chat(
        tools=[tool, tool],
        tool_choice={"type": "function", "function": {"name": "f"}},
        response_format={"type": "json_schema", "json_schema": schema},
        prediction={"type": "content", "content": "x"},
    )
    assert as_objects == as_dicts
    assert as_dicts["response_format"]["json_schema"] == schema
    assert as_dicts["tools"] == [tool, tool]


def test_a_schema_may_be_given_by_the_name_of_its_attribute() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "s", "schema_definition": {"x": 1}}}
    assert chat(response_format=form)["response_format"]["json_schema"]["schema"] == {"x": 1}


def test_a_conversation_may_be_any_iterable_of_objects_and_dicts() -> None:
    parts = (SystemMessage(content="brief"), *HI)
    for messages in (list(parts), parts, iter(parts)):
        assert sent(model="m", messages=messages)["messages"] == [
            {"role": "system", "content": "brief"},
            *HI,
        ]


def test_dicts_go_out_without_what_the_api_does_not_know_and_it_is_named() -> None:
    cached = {"cache_control": {"type": "ephemeral"}}
    hologram = {"type": "hologram", "beam": {"x": None}, **cached}
    call = {"id": "a", "function": {"name": "f", "arguments": "{}", "parsed": {}}, "index": 0}
    fields = {
        "model": "m",
        "messages": [
            {
                "role": "user",
                "content": [hologram, {"type": "text", "text": "a", **cached}],
                "name": "ann",
            },
            {
                "role": "assistant",
                "content": "x",
                "tool_calls": [call],
                "prefix": False,
                "refusal": None,
            },
            {"role": "user", "content": "x", "name": "bob"},
        ],
        "tools": [
            {"type": "function", "function": {"name": "f", "parameters": {"x-mine": 1}}, **cached}
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "s", "schema": {"x-mine": 1}, "more": 1},
        },
    }
    dropped_keys: list[str] = []
    body = json.loads(build_body(ChatBody, fields, dropped_keys=dropped_keys))
    user, assistant, _ = body["messages"]
    assert user == {"role": "user", "content": [hologram, {"type": "text", "text": "a"}]}
    assert {*assistant} == {"role", "content", "tool_calls", "prefix"}
    assert assistant["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert body["tools"][0]["function"]["parameters"] == {"x-mine": 1}
    assert body["response_format"]["json_schema"] == {"name": "s", "schema": {"x-mine": 1}}
    assert dropped_keys == [
        "messages.name",
        "messages.content.cache_control",
        "messages.refusal",
        "messages.tool_calls.function.parsed",
        "messages.name",
        "tools.cache_control",
        "response_format.json_schema.more",
    ]
    assert call["function"] == {"name": "f", "arguments": "{}", "parsed": {}}  # it is the caller's


def test_objects_in_dicts_and_dicts_in_objects_are_read_alike() -> None:
    received = ToolCall.model_validate({"id": "b", "function": {"name": "g"}, "signature": "s"})
    message = AssistantMessage(
        content="",
        tool_calls=[{"id": "a", "function": {"name": "f", "arguments": "{}"}, "x": 1}, received],  # type: ignore[list-item]  # as the generated SDK takes it
    )
    as_dict = {"role": "assistant", "content": "", "tool_calls": message.tool_calls}
    for written in sent(model="m", messages=[message, as_dict])["messages"]:
        assert written["prefix"] is False
        assert written["tool_calls"] == [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
                "index": 0,
            },
            {"id": "b", "type": "function", "function": {"name": "g"}, "signature": "s"},
        ]


def test_the_parts_that_an_iterator_in_a_message_yields_are_sent() -> None:
    """An iterator is read once, so its dicts keep their unknown fields."""
    chunks = ({"type": "text", "text": text} for text in "ab")
    (written,) = sent(model="m", messages=[{"role": "user", "content": chunks}])["messages"]
    assert [chunk["text"] for chunk in written["content"]] == ["a", "b"]


def test_the_message_of_an_answer_is_sent_unchanged() -> None:
    message = {
        "role": "assistant",
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}, "index": 0}],
        "content": "",
    }
    answer = ChatCompletionResponse.model_validate({"choices": [{"message": message}]})
    (back,) = sent(model="m", messages=[answer.choices[0].message])["messages"]
    back["tool_calls"][0].pop("type")
    assert back == message


TOOLS = [
    {"type": "web_search"},
    {"type": "image_generation"},
    {"type": "document_library", "library_ids": ["a"], "tool_configuration": {"include": []}},
    {
        "type": "connector",
        "connector_id": "c",
        "authorization": {"type": "api-key", "value": "v"},
    },
    {"type": "connector", "connector_id": "c", "authorization": {"type": "new", "x": 1}},
    {"type": "tomorrow", "x": {"y": [1]}},
]


def test_tools_known_and_unknown_are_sent_as_given(subtests: pytest.Subtests) -> None:
    for tool in TOOLS:
        with subtests.test(tool=tool):
            assert chat(tools=[tool])["tools"] == [tool]


TOOL_CHOICES = [
    ("any", "any"),
    ("tomorrow's", "tomorrow's"),
    ({"function": {"name": "f"}}, {"type": "function", "function": {"name": "f"}}),
    ({"type": "allowed", "tools": []}, {"type": "allowed", "tools": []}),
]


def test_tool_choices_known_and_unknown_are_sent_as_given(subtests: pytest.Subtests) -> None:
    for choice, written in TOOL_CHOICES:
        with subtests.test(choice=choice):
            assert chat(tool_choice=choice)["tool_choice"] == written


def test_limits_are_left_to_the_server_and_new_values_pass() -> None:
    fields = {
        "temperature": 99.0,
        "n": -1,
        "reasoning_effort": "heroic",
        "service_tier": "gold",
        "prompt_mode": "poetry",
        "stop": ["a", "b"],
        "guardrails": [{"block_on_error": True}],
        "metadata": {"a": [1, None]},
    }
    assert chat(**fields) == fields


def test_agents_and_fill_in_the_middle_have_bodies_of_their_own() -> None:
    agent = sent(AgentsBody, agent_id="a", messages=HI, n=None, temperature=1, stream=True)
    assert agent == {"agent_id": "a", "messages": HI, "n": None, "stream": True}
    fim = sent(FIMBody, model="m", prompt="def f(", suffix=None, stop="x")
    assert fim == {"model": "m", "prompt": "def f(", "suffix": None, "stop": "x"}


def test_messages_that_were_changed_by_hand_are_sent_as_they_are() -> None:
    message = AssistantMessage(content="x")
    message.content = [TextChunk(text="y")]
    message.prefix = True
    assert sent(model="m", messages=[message])["messages"] == [
        {"role": "assistant", "content": [{"text": "y", "type": "text"}], "prefix": True}
    ]


def test_an_adapter_is_built_once_and_a_call_builds_no_class() -> None:
    def classes(base: type[BaseModel]) -> int:
        return sum(1 + classes(cls) for cls in base.__subclasses__())

    chat()
    chat(tools=[{"type": "web_search"}])
    assert body_adapter(ChatBody, whole=True) is body_adapter(ChatBody, whole=True)
    before = classes(BaseModel), body_adapter.cache_info().misses
    for _ in range(3):
        chat(tools=[{"type": "web_search"}], response_format={"type": "text"})
    assert (classes(BaseModel), body_adapter.cache_info().misses) == before
