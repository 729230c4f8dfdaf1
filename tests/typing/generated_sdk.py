# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""A program typed for the generated SDK 3.7.0, in which mypy finds no error. Nobody runs this file.

Where a comment takes an error away, the types of this package differ from that SDK's, and
`docs/migration.md` says why. With that SDK mypy calls just these comments unneeded.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel

from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from mistralai.client.models import (
    Arguments,
    AssistantMessage,
    BaseModelCard,
    ChatCompletionRequestMessage,
    ChatCompletionResponse,
    CompletionEvent,
    ContentChunk,
    Function,
    FunctionCall,
    ImageURL,
    ImageURLChunk,
    JSONSchema,
    ResponseFormat,
    SystemMessage,
    SystemMessageTypedDict,
    TextChunk,
    ThinkChunk,
    Tool,
    ToolCall,
    ToolMessage,
    UsageInfo,
    UserMessage,
    UserMessageTypedDict,
)
from mistralai.client.types import UNSET, OptionalNullable
from mistralai.client.utils import BackoffStrategy, RetryConfig
from mistralai.client.utils.eventstreaming import EventStream, EventStreamAsync


@dataclass
class Account:
    """What the calls of a program cost."""

    prompt: int = 0
    completion: int = 0
    by_model: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, model: str, usage: UsageInfo) -> None:
        self.prompt += usage.prompt_tokens or 0
        self.completion += usage.completion_tokens or 0
        self.by_model[model] = self.by_model.get(model, 0) + (usage.total_tokens or 0)


@dataclass
class PendingCall:
    """A call while its pieces come."""

    id: str | None
    name: str
    arguments: str


TOOLS = [
    Tool(
        function=Function(
            name="weather",
            description="The weather of a city.",
            parameters={"type": "object", "properties": {"city": {"type": "string"}}},
        )
    )
]


def make_client(key: str | None) -> Mistral:
    backoff = BackoffStrategy(500, 60_000, 1.5, 300_000)
    return Mistral(
        api_key=key, retry_config=RetryConfig("backoff", backoff, True), timeout_ms=30_000
    )


def text_of(content: str | list[ContentChunk]) -> str:
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for chunk in content:
        if isinstance(chunk, TextChunk):
            texts.append(chunk.text)
        elif isinstance(chunk, ThinkChunk):
            texts.extend(part.text for part in chunk.thinking if isinstance(part, TextChunk))
    return "".join(texts)


def arguments_of(function: FunctionCall) -> dict[str, object]:
    if isinstance(function.arguments, str):
        arguments: dict[str, object] = json.loads(function.arguments)
        return arguments
    return function.arguments


def shortened(arguments: Arguments) -> str:
    return str(arguments)[:80]


def describe_call(call: ToolCall) -> str:
    return call.function.name + shortened(call.function.arguments)


def run_call(call: ToolCall, functions: dict[str, Callable[..., str]]) -> ToolMessage:
    function = functions[call.function.name]
    result = function(**arguments_of(call.function))
    return ToolMessage(content=result, tool_call_id=call.id, name=call.function.name)


def converse(client: Mistral, question: str, account: Account) -> str:
    messages: list[ChatCompletionRequestMessage] = [
        SystemMessage(content="Be brief."),
        UserMessage(content=question),
    ]
    for _ in range(5):
        answer = client.chat.complete(
            model="mistral-large-latest", messages=messages, tools=TOOLS, tool_choice="auto"
        )
        account.add("mistral-large-latest", answer.usage)  # type: ignore[arg-type]  # may be absent
        message = answer.choices[0].message
        if message is None:
            break
        messages.append(message)
        if not message.tool_calls:
            return text_of(message.content or "")
        messages += [run_call(call, {}) for call in message.tool_calls]
    return ""


def add_pieces(pending: dict[int, PendingCall], pieces: list[ToolCall]) -> None:
    for piece in pieces:
        index = piece.index or 0
        arguments = piece.function.arguments
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        if index not in pending:
            pending[index] = PendingCall(id=piece.id, name=piece.function.name, arguments="")
        pending[index].arguments += text


def read_events(stream: EventStream[CompletionEvent], account: Account) -> str:
    text = ""
    pending: dict[int, PendingCall] = {}
    with stream as events:
        for event in events:
            chunk = event.data
            if chunk.usage is not None:
                account.add(chunk.model, chunk.usage)  # type: ignore[arg-type]  # likewise
            for choice in chunk.choices:
                delta = choice.delta
                if isinstance(delta.content, str):
                    text += delta.content
                if delta.tool_calls:
                    add_pieces(pending, delta.tool_calls)
                if choice.finish_reason == "length":
                    text += "…"
    return text


def stream(client: Mistral, limit: OptionalNullable[int] = UNSET) -> str:
    messages: list[SystemMessageTypedDict | UserMessageTypedDict] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
    ]
    events = client.chat.stream(
        model="mistral-small-latest",
        messages=messages,
        max_tokens=limit,
        temperature=0.3,
        stop=["\n\n"],
    )
    return read_events(events, Account())


async def stream_async(client: Mistral) -> str:
    text = ""
    events = await client.chat.stream_async(model="m", messages=[UserMessage(content="Hello")])
    async with events as entered:
        async for event in entered:
            content = event.data.choices[0].delta.content
            text += content if isinstance(content, str) else ""
    return text


async def several(client: Mistral, questions: list[str]) -> list[ChatCompletionResponse]:
    calls = [
        client.chat.complete_async(model="m", messages=[UserMessage(content=question)])
        for question in questions
    ]
    return list(await asyncio.gather(*calls))


def first_event(stream: EventStreamAsync[CompletionEvent]) -> object:
    return stream.response.headers.get("x-request-id")


def log_line(answer: ChatCompletionResponse) -> str:
    id_: str = answer.id  # type: ignore[assignment]  # likewise
    model: str = answer.model  # type: ignore[assignment]  # likewise
    created: int = answer.created  # type: ignore[assignment]  # likewise
    reason: str = answer.choices[0].finish_reason  # type: ignore[assignment]  # of a part of an answer
    tokens = answer.usage.total_tokens  # type: ignore[union-attr]  # may be absent
    return f"{id_} {model} {created} {reason} {tokens}"


def describe(client: Mistral, address: str) -> str:
    picture = UserMessage(
        content=[TextChunk(text="What is this?"), ImageURLChunk(image_url=ImageURL(url=address))]
    )
    messages: list[UserMessage | AssistantMessage] = [picture]
    messages += [AssistantMessage(content="A picture.", prefix=False), picture]
    answer = client.chat.complete(model="m", messages=messages)
    message = answer.choices[0].message
    assert message is not None
    assert isinstance(message.content, str)
    return message.content


class Book(BaseModel):
    title: str


def structured(client: Mistral) -> Book | None:
    form = ResponseFormat(
        type="json_schema",
        json_schema=JSONSchema(name="book", schema_definition=Book.model_json_schema()),
    )
    client.chat.complete(model="m", messages=[UserMessage(content="x")], response_format=form)
    answer = client.chat.parse(Book, model="m", messages=[UserMessage(content="x")])
    message = answer.choices[0].message if answer.choices else None
    return message.parsed if message is not None else None


def vectors(client: Mistral, texts: list[str], account: Account) -> list[list[float]]:
    answer = client.embeddings.create(model="mistral-embed", inputs=texts)
    account.add("mistral-embed", answer.usage)  # type: ignore[arg-type]  # may be absent
    return [row.embedding for row in answer.data if row.embedding is not None]  # type: ignore[misc]  # may be text


def names(client: Mistral) -> list[str]:
    cards = [c for c in client.models.list().data or [] if isinstance(c, BaseModelCard)]
    return [card.id for card in cards]  # type: ignore[misc]  # may be absent


def complete_code(client: Mistral) -> str:
    answer = client.fim.complete(model="codestral-latest", prompt="def f(", suffix="return x")
    message = answer.choices[0].message
    return text_of(message.content or "") if message is not None else ""


def failure(error: SDKError) -> str:
    return f"{error.message}: {error.body}"


if __name__ == "__main__":
    with make_client(None) as made:
        converse(made, "Hello", Account())
