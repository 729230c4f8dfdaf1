# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Typical calls, which both type checkers must accept. Nobody runs this file.

Where a comment takes an error away, both must find that error: a comment that is not needed is an
error itself.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_type

import httpx
import httpx2
from pydantic import BaseModel
from typing_extensions import TypedDict

import mistralai.models.usermessage
from mistralai import UNSET, Mistral, Timeouts, errors, models
from mistralai import UserMessage as FrontDoorMessage
from mistralai.azure.client import MistralAzure
from mistralai.azure.client import models as azure_models
from mistralai.azure.client.models import UserMessage as AzureMessage
from mistralai.chat import Chat as OlderChat
from mistralai.client import BackoffStrategy, RetryConfig
from mistralai.client import Mistral as ClientMistral
from mistralai.client._api.pending import PendingStream
from mistralai.client._stream.parsed import ParsedEventStream, ParsedEventStreamAsync
from mistralai.client.chat import Chat
from mistralai.client.deltas import TextDelta, ThinkingDelta, ToolCallDelta, UsageDelta
from mistralai.client.models import (
    AssistantMessage,
    ChatCompletionResponse,
    CompletionChunk,
    CompletionEvent,
    ContentChunk,
    DeltaMessage,
    EmbeddingResponse,
    FIMCompletionResponse,
    ModelList,
    Security,
    SystemMessage,
    ToolCall,
    UsageInfo,
)
from mistralai.client.models import UserMessage as ClientUserMessage
from mistralai.client.types import OptionalNullable, Unset
from mistralai.client.utils import get_default_logger
from mistralai.client.utils.eventstreaming import EventStream, EventStreamAsync
from mistralai.errors import SDKError
from mistralai.httpclient import AsyncHttpClient, HttpClient
from mistralai.models import UserMessage
from mistralai.models.sdkerror import SDKError as OlderSDKError
from mistralai.sdk import Mistral as OlderMistral
from mistralai.types import UNSET as OLDER_UNSET
from mistralai.utils import RetryConfig as OlderRetryConfig
from mistralai.utils.eventstreaming import EventStream as OlderEventStream


class Counting(AsyncHttpClient):
    """A client around another one, as the generated SDK's README has it."""

    def __init__(self, inner: AsyncHttpClient) -> None:
        self.inner = inner
        self.count = 0

    def build_request(self, method: str, url: Any, **options: Any) -> Any:
        return self.inner.build_request(method, url, **options)

    async def send(self, request: Any, **options: Any) -> Any:
        self.count += 1
        return await self.inner.send(request, **options)

    async def aclose(self) -> None:
        await self.inner.aclose()


def http_clients_of_any_make() -> None:
    Mistral(client=httpx.Client(), async_client=httpx.AsyncClient())
    Mistral(client=httpx2.Client(), async_client=Counting(httpx2.AsyncClient()))
    Mistral(async_client=Counting(httpx.AsyncClient()), debug_logger=get_default_logger())
    Mistral(client=httpx2.AsyncClient())  # type: ignore[arg-type]


def what_a_client_is_set_to(client: Mistral) -> None:
    configuration = client.sdk_configuration
    assert_type(configuration.client, HttpClient)
    assert_type(configuration.security, Security | Callable[[], Security] | None)
    configuration.security = Security(api_key="key")
    configuration.client = httpx.Client()


def both_spellings_are_the_same(
    client: ClientMistral, message: ClientUserMessage, stream: OlderEventStream[CompletionEvent]
) -> None:
    assert_type(client, Mistral)
    assert_type(OlderMistral(), Mistral)
    assert_type(MistralAzure("key", server_url="https://a.example"), MistralAzure)
    assert_type(message, UserMessage)
    assert_type(message, models.UserMessage)
    assert_type(message, mistralai.models.usermessage.UserMessage)
    assert_type(message, FrontDoorMessage)
    assert_type(message, AzureMessage)
    assert_type(message, azure_models.UserMessage)
    assert_type(stream, EventStream[CompletionEvent])
    assert_type(OlderChat(client.sdk_configuration), Chat)
    assert_type(OlderSDKError("it went wrong", httpx2.Response(500)), SDKError)
    assert_type(OlderRetryConfig("none", BackoffStrategy(1, 1, 1, 1), False), RetryConfig)
    assert_type(OLDER_UNSET, Unset)


def clients() -> None:
    Mistral()
    Mistral("key", "eu")
    Mistral(api_key=lambda: "key", server_url=None, timeout_ms=2.5)
    Mistral(timeouts=Timeouts(first_event=5, idle=None), retry_config=3)
    Mistral("key", "eu", "https://mine")  # type: ignore[call-arg]  # by keyword only


def stream(client: Mistral) -> None:
    opened = client.chat.stream(model="m", messages=[UserMessage(content="x")])
    assert_type(opened, EventStream[CompletionEvent])
    with opened as entered:
        assert_type(entered, EventStream[CompletionEvent])
        for event in entered:
            assert_type(event, CompletionEvent)
            chunk = event.data
            assert_type(chunk, CompletionChunk)
            assert_type(chunk.usage, UsageInfo | None)
            delta = chunk.choices[0].delta
            assert_type(delta, DeltaMessage)
            assert_type(delta.content, str | list[ContentChunk] | None)
            assert_type(delta.tool_calls, list[ToolCall] | None)
    assert_type(next(opened), CompletionEvent)
    assert_type(opened.request_id, str | None)


def what_a_stream_adds_up_to(client: Mistral) -> None:
    stream = client.chat.stream(model="m", messages=[UserMessage(content="x")])
    for text in stream.text_stream:
        assert_type(text, str)
    for delta in stream.deltas:
        match delta:
            case TextDelta(text=text) | ThinkingDelta(text=text):
                assert_type(text, str)
            case ToolCallDelta(id=id_, arguments=arguments):
                assert_type(id_, str | int | None)
                assert_type(arguments, str)
            case UsageDelta(usage=usage):
                assert_type(usage, UsageInfo)
            case _:
                pass
    assert_type(stream.snapshot, ChatCompletionResponse)
    assert_type(stream.get_final_completion(), ChatCompletionResponse)
    assert_type(stream.get_final_text(), str)
    assert_type(stream.until_done(), EventStream[CompletionEvent])
    assert_type(stream.message, AssistantMessage)
    assert_type(stream.tool_calls, list[ToolCall])
    assert_type(stream.timing.gaps.p95, float | None)
    client.chat.complete(model="m", messages=[UserMessage(content="x"), stream.message])


class Book(BaseModel):
    title: str


class Film(TypedDict):
    title: str


@dataclass
class Song:
    title: str


def structured(client: Mistral) -> None:
    message = UserMessage(content="x")
    answer = client.chat.parse(response_format=Book, model="m", messages=[message])
    parsed = answer.choices[0].message
    if parsed is not None:
        assert_type(parsed.parsed, Book | None)
    stream = client.chat.parse_stream(list[Book], model="m", messages=[message])
    assert_type(stream, ParsedEventStream[list[Book]])
    for book in stream.items():
        assert_type(book, Book)
    assert_type(stream.get_final_parsed(), list[Book])
    one = client.chat.parse_stream(Song, model="m", messages=[message])
    assert_type(one.get_final_parsed(), Song)
    film = client.chat.parse_stream(Film, model="m", messages=[message])
    assert_type(film.get_final_parsed(), Film)
    with film as entered:
        assert_type(entered, ParsedEventStream[Film])


async def structured_async(client: Mistral) -> None:
    call = client.chat.parse_stream_async(
        list[Book], model="m", messages=[UserMessage(content="x")]
    )
    assert_type(call, PendingStream[ParsedEventStreamAsync[list[Book]]])
    async with call as stream:
        async for book in stream.items():
            assert_type(book, Book)
        async for text in stream.text_stream:
            assert_type(text, str)
        assert_type(await stream.get_final_parsed(), list[Book])
        assert_type(await stream.get_final_text(), str)


def other_resources(client: Mistral) -> None:
    assert_type(client.fim.stream(model="m", prompt="x", suffix=None), EventStream[CompletionEvent])
    assert_type(client.fim.complete(model="m", prompt="x"), FIMCompletionResponse)
    client.agents.stream(agent_id="a", messages=[{"role": "user", "content": "x"}])
    assert_type(client.models.list(), ModelList)
    client.models.retrieve(model_id="m")
    assert_type(client.embeddings.create(model="m", inputs=["x"]), EmbeddingResponse)
    client.models.retrieve()  # type: ignore[call-arg]  # no model_id
    client.chat.parse(Book, model="m")  # type: ignore[call-arg]  # no messages


def complete(client: Mistral) -> None:
    answer = client.chat.complete(model="m", messages=[{"role": "user", "content": "x"}])
    assert_type(answer, ChatCompletionResponse)
    message = answer.choices[0].message
    if message is not None:
        client.chat.complete(model="m", messages=[UserMessage(content="x"), message])


async def three_forms(client: Mistral) -> None:
    pending = client.chat.stream_async(model="m", messages=[UserMessage(content="x")])
    assert_type(pending, PendingStream[EventStreamAsync[CompletionEvent]])
    async with pending as entered:
        assert_type(entered, EventStreamAsync[CompletionEvent])
        async for event in entered:
            assert_type(event, CompletionEvent)
    assert_type(await pending, EventStreamAsync[CompletionEvent])
    async for event in pending:
        assert_type(event, CompletionEvent)
    assert_type(await anext(entered), CompletionEvent)


async def as_a_coroutine(client: Mistral) -> None:
    pending = client.chat.stream_async(model="m", messages=[UserMessage(content="x")])
    task = asyncio.create_task(pending)
    assert_type(task, asyncio.Task[EventStreamAsync[CompletionEvent]])
    assert_type(await asyncio.wait_for(pending, 1), EventStreamAsync[CompletionEvent])
    (one,) = await asyncio.gather(pending)
    assert_type(one, EventStreamAsync[CompletionEvent])
    answer = await client.chat.complete_async(model="m", messages=[UserMessage(content="x")])
    assert_type(answer, ChatCompletionResponse)


def every_kind_of_value(client: Mistral, temperature: OptionalNullable[float]) -> None:
    client.chat.stream(
        model="m",
        messages=[
            SystemMessage(content="Be short."),
            {"role": "user", "content": [{"type": "text", "text": "x"}]},
        ],
        temperature=temperature,
        top_p=None,
        max_tokens=UNSET,
        stop=["\n"],
        tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}],
        tool_choice="any",
        response_format={"type": "json_object"},
        reasoning_effort="high",
        metadata={"a": 1},
        retries=5,
        timeout_ms=2.5,
        timeouts=Timeouts(total=60),
        http_headers={"x": "y"},
        extra_body={"new": True},
        server_url="https://mine",
    )


def on_azure(client: MistralAzure) -> None:
    messages = [UserMessage(content="x")]
    assert_type(client.chat.complete(messages=messages), ChatCompletionResponse)
    assert_type(client.chat.stream(messages=messages, model="m"), EventStream[CompletionEvent])
    assert_type(client.chat.parse_stream(Book, messages=messages), ParsedEventStream[Book])
    client.chat.stream(model="m")  # type: ignore[call-arg]  # no messages


def arguments_from_elsewhere(client: Mistral, arguments: dict[str, Any]) -> None:
    client.chat.stream(**arguments)
    messages: list[UserMessage | SystemMessage] = [UserMessage(content="x")]
    client.chat.complete(model="m", messages=messages)


def wrong_arguments(client: Mistral) -> None:
    message = UserMessage(content="x")
    chat = client.chat
    chat.stream(model="m")  # type: ignore[call-arg]  # no messages
    chat.stream(model="m", messages=[message], temprature=1)  # type: ignore[call-arg]  # misspelt
    chat.stream(model=5, messages=[message])  # type: ignore[arg-type]  # no name of a model
    chat.stream("m", [message])  # type: ignore[call-arg, arg-type]  # by position
    chat.stream(model="m", messages=[message], n="two")  # type: ignore[arg-type]  # no number
    chat.stream(model="m", messages=["x"])  # type: ignore[list-item]  # no message
    mistralai.nothing()  # type: ignore[attr-defined]  # there is no such name


def every_error(client: Mistral) -> None:
    try:
        client.chat.complete(model="m", messages=[UserMessage(content="x")])
    except errors.APITimeoutError as error:
        assert_type(error.since_last_event, float | None)
    except errors.SDKError as error:
        assert_type(error.retry_after, float | None)
        assert_type(error.error.code, str | None)
    except errors.MistralError as error:
        assert_type(error.status_code, int)
        assert_type(error.raw_response, httpx2.Response)
        assert_type(error.partial, ChatCompletionResponse | None)
    except errors.APIConnectionError as error:
        assert_type(error.status_code, int | None)
        assert_type(error.request, httpx2.Request)
    except errors.MissingKeyError as error:
        assert_type(error.hint, str)
    except errors.MistralClientError as error:
        assert_type(error.status_code, int | None)
        assert_type(error.raw_response, httpx2.Response | None)
        assert_type(error.body, str)
