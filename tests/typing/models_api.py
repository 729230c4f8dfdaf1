"""Typical uses of the models and of typed calls. Type checkers read it; nothing runs it.

A line that must be refused carries the mark of both checkers, which complain of a mark that
hides nothing.
"""

from typing import Any, Unpack, assert_type

from mistralai.client import models
from mistralai.client._api.params import AgentsParams, ChatParams, FIMParams
from mistralai.client.models import (
    AssistantMessage,
    ChatCompletionRequestMessage,
    ChatCompletionResponse,
    CompletionEvent,
    ContentChunk,
    Function,
    ImageURL,
    ImageURLChunk,
    JSONSchema,
    ResponseFormat,
    SystemMessage,
    TextChunk,
    ThinkChunk,
    Tool,
    ToolCall,
    ToolMessage,
    UnknownContentChunk,
    UserMessage,
)
from mistralai.client.models.parse import event_of, parse_chunk
from mistralai.client.models.usermessage import UserMessage as ByPath
from mistralai.client.types import UNSET, OptionalNullable, Unset
from mistralai.client.types.basemodel import BaseModel


def chat(**params: Unpack[ChatParams]) -> CompletionEvent:
    raise AssertionError(params)


def agents(**params: Unpack[AgentsParams]) -> CompletionEvent:
    raise AssertionError(params)


def fim(**params: Unpack[FIMParams]) -> CompletionEvent:
    raise AssertionError(params)


def messages_are_made() -> list[ChatCompletionRequestMessage]:
    return [
        SystemMessage(content="be brief"),
        UserMessage(content="hi"),
        UserMessage(content=[TextChunk(text="see"), ImageURLChunk(image_url=ImageURL(url="u"))]),
        AssistantMessage(content=None, tool_calls=[ToolCall(id="a")]),
        ToolMessage(content="4", tool_call_id="a", name="f"),
        ByPath(content=None),
    ]


def calls_are_typed(
    options: ChatParams, rest: dict[str, Any], limit: OptionalNullable[int]
) -> None:
    chat(model="m", messages=[UserMessage(content="hi")])
    chat(model="m", messages=messages_are_made(), temperature=None, max_tokens=UNSET, stop=["a"])
    chat(
        model="m",
        messages=[
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": [{"type": "text", "text": "hi"}]},
            UserMessage(content="and objects between them"),
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "content": "4", "tool_call_id": "a"},
        ],
        tools=[
            {"type": "function", "function": {"name": "f", "parameters": {}}},
            Tool(function=Function(name="g", parameters={})),
        ],
        tool_choice={"type": "function", "function": {"name": "f"}},
        response_format={"type": "json_schema", "json_schema": {"name": "s", "schema": {}}},
        guardrails=[{"block_on_error": True}],
        prediction={"type": "content", "content": "x"},
        reasoning_effort="high",
        retries=5,
        timeout_ms=1.5,
        extra_body={"stream_options": {}},
    )
    form = ResponseFormat(
        type="json_schema", json_schema=JSONSchema(name="s", schema_definition={})
    )
    chat(model="m", messages=[], response_format=form, tool_choice="any", max_tokens=limit)
    chat(**options)
    chat(model="m", messages=(UserMessage(content=text) for text in "ab"), **rest)
    agents(agent_id="a", messages=[UserMessage(content="hi")], n=2)
    fim(model="m", prompt="def f(", suffix=None)


def wrong_calls_are_refused() -> None:
    chat(model="m")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    chat(messages=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    chat(model="m", messages=[], temprature=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    chat(model="m", messages=[], temperature="hot")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    chat(model="m", messages="hi")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    chat(model="m", messages=[{"role": "user", "contents": "hi"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    chat(model="m", messages=[], safe_prompt=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    agents(agent_id="a", messages=[], temperature=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    UserMessage(contents="hi")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    TextChunk()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    chat(**models.Nothing)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]


def a_stream_is_read(data: bytes) -> str:
    event = event_of(parse_chunk(data))
    chunk = event.data
    assert_type(chunk, models.CompletionChunk)
    assert_type(chunk.id, str | None)
    assert_type(chunk.usage, models.UsageInfo | None)
    delta = chunk.choices[0].delta
    assert_type(delta, models.DeltaMessage)
    assert_type(delta.content, str | list[ContentChunk] | None)
    assert_type(delta.tool_calls, list[ToolCall] | None)
    for call in delta.tool_calls or []:
        assert_type(call.id, str | None)
        assert_type(call.index, int | None)
        assert_type(call.function.name, str)
        assert_type(call.function.arguments, dict[str, Any] | str)
    if isinstance(delta.content, str):
        return delta.content
    return "".join(words(part) for part in delta.content or [])


def words(part: ContentChunk) -> str:
    if part.type == "text":
        return part.text if isinstance(part, TextChunk) else ""
    if isinstance(part, ThinkChunk):
        return "".join(thought.text for thought in part.thinking if isinstance(thought, TextChunk))
    if isinstance(part, UnknownContentChunk):
        assert_type(part.raw, Any)
    return ""


def an_answer_is_read(answer: ChatCompletionResponse) -> AssistantMessage | None:
    assert_type(answer.usage, models.UsageInfo | None)
    choice = answer.choices[0]
    assert_type(choice.index, int)
    assert_type(choice.finish_reason, models.ChatCompletionChoiceFinishReason | None)
    if answer.usage:
        assert_type(answer.usage.prompt_tokens, int | None)
    return choice.message


class Mine(BaseModel):
    limit: OptionalNullable[int] = UNSET


def absent_is_told_from_null(mine: Mine) -> int | None:
    assert_type(mine.limit, int | Unset | None)
    return None if isinstance(mine.limit, Unset) else mine.limit
