"""Chunks in, one answer out. Nothing here can wait.

The rules are those of wire-format section 5: choices are told apart by their
index, adjacent thinking is one thought whatever `closed` says, and a piece of a
tool call belongs where `toolcalls.py` puts it. Text is kept in pieces and joined when
it is read, so that a long answer costs no more a delta than a short one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from ..models.content import TextChunk, ThinkChunk, UnknownContentChunk
from ..models.messages import AssistantMessage
from .toolcalls import ToolCalls, keep

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models import (
        ChatCompletionResponse,
        CompletionChunk,
        CompletionResponseStreamChoice,
        ContentChunk,
        UsageInfo,
    )
    from .toolcalls import GrowingCall


class Accumulator:
    """What the chunks of a stream add up to.

    Attributes:
        usage: The last that came; `None` until then.
        latest: The tool call of each piece in the last chunk, in order.
    """

    __slots__ = ("_choices", "_fields", "_missing", "_snapshot", "latest", "usage")

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}
        self._missing = ["id", "model", "created"]
        self._choices: dict[Any, Choice] = {}
        self._snapshot: ChatCompletionResponse | None = None
        self.usage: UsageInfo | None = None
        self.latest: list[GrowingCall] = []

    def add(self, chunk: CompletionChunk) -> None:
        """Take the next chunk."""
        self._snapshot = None
        if self.latest:
            self.latest = []
        if self._missing:
            self._note(chunk)
        if chunk.__pydantic_extra__:
            keep(self._fields, chunk.__pydantic_extra__)
        if chunk.usage is not None:
            self.usage = chunk.usage
        for choice in chunk.choices:
            state = self._choices.get(choice.index)
            if state is None:
                state = self._choices[choice.index] = Choice(choice.index)
            calls = state.add(choice)
            if calls:
                self.latest += calls

    @property
    def choices(self) -> list[Choice]:
        """The choices that began, in the order of their indices."""
        return sorted(self._choices.values(), key=lambda choice: choice.index)

    def choice(self, index: int) -> Choice | None:
        """One choice, or `None` where it did not begin."""
        return self._choices.get(index)

    def snapshot(self) -> ChatCompletionResponse:
        """The answer so far. Built when it is read, and kept until the next chunk."""
        if self._snapshot is None:
            fields = {**self._fields, "object": "chat.completion"}
            if self.usage is not None:
                fields["usage"] = self.usage
            fields["choices"] = [choice.fields() for choice in self.choices]
            self._snapshot = _reader()(fields)
        return self._snapshot

    def _note(self, chunk: CompletionChunk) -> None:
        """Keep what says which answer it is: the first of each, if it says something."""
        for name in tuple(self._missing):
            value = getattr(chunk, name)
            if value is not None:
                self._fields[name] = value
            if value:
                self._missing.remove(name)


@cache
def _reader() -> Callable[[dict[str, Any]], ChatCompletionResponse]:
    """What makes an answer of its fields; its models are loaded when one is asked for."""
    from ..models.response import ChatCompletionResponse

    return ChatCompletionResponse.__pydantic_validator__.validate_python


class Choice:
    """What the chunks of one choice add up to.

    Attributes:
        index: Which choice.
        calls: The tool calls.
        finish_reason: Why it ended, or `None`.
    """

    __slots__ = ("_extra", "_fields", "_parts", "calls", "finish_reason", "index")

    def __init__(self, index: int) -> None:
        self.index = index
        self.calls = ToolCalls()
        self.finish_reason: str | None = None
        self._parts: list[Text | Thought | BaseModel] = []
        self._extra: dict[str, Any] = {}  # of its deltas
        self._fields: dict[str, Any] = {}  # of the choice itself

    def add(self, choice: CompletionResponseStreamChoice) -> list[GrowingCall] | None:
        """Take what a chunk has of this choice; give the call of each piece of a call."""
        delta = choice.delta
        content = delta.content
        if isinstance(content, str):
            self._text(content)
        elif isinstance(content, list):
            for chunk in content:
                self._chunk(chunk)
        elif content is not None:
            self._chunk(content)
        calls = self.calls.add(delta.tool_calls) if delta.tool_calls else None
        if choice.finish_reason is not None:
            self.finish_reason = choice.finish_reason
        if delta.__pydantic_extra__:  # `model_extra` is a property around it, which costs more
            self._note(delta.__pydantic_extra__)
        if delta.metadata is not None or delta.tool_call_id is not None:
            rare = {"metadata": delta.metadata, "tool_call_id": delta.tool_call_id}
            keep(self._extra, {name: value for name, value in rare.items() if value is not None})
        if choice.__pydantic_extra__:
            keep(self._fields, choice.__pydantic_extra__)
        if choice.logprobs is not None or choice.prompt_logprobs is not None:
            self._note_probabilities(choice)
        return calls

    @property
    def text(self) -> str:
        """The text of the answer, thinking left out."""
        return "".join(part.text for part in self._parts if isinstance(part, Text))

    def content(self) -> str | list[Any] | None:
        """The content of the message: a string where it is text alone, else a list of chunks."""
        if all(isinstance(part, Text) for part in self._parts):
            return self.text or (None if self.calls else "")
        return [part.chunk() if isinstance(part, (Text, Thought)) else part for part in self._parts]

    def fields(self) -> dict[str, Any]:
        """The choice as a `ChatCompletionChoice` has it."""
        message = {name: _value(value) for name, value in self._extra.items()}
        message |= {"role": "assistant", "content": self.content()}
        if self.calls:
            message["tool_calls"] = self.calls.fields()
        own = {"index": self.index, "finish_reason": self.finish_reason, "message": message}
        return self._fields | own

    def _text(self, piece: str) -> None:
        if not piece:
            return
        last = self._parts[-1] if self._parts else None
        if not isinstance(last, Text):
            last = Text()
            self._parts.append(last)
        last.pieces.append(piece)

    def _chunk(self, chunk: ContentChunk | Any) -> None:
        if isinstance(chunk, TextChunk):
            self._text(chunk.text)
        elif isinstance(chunk, ThinkChunk):
            last = self._parts[-1] if self._parts else None
            if not isinstance(last, Thought):
                last = Thought()
                self._parts.append(last)
            last.add(chunk)
        elif isinstance(chunk, UnknownContentChunk) and isinstance(chunk.raw, str):
            self._text(chunk.raw)
        elif isinstance(chunk, BaseModel):
            self._parts.append(chunk)
        else:  # something that is no chunk: the models keep all that stands beside it as it came
            self._chunk(_as_chunk(chunk))

    def _note(self, extra: dict[str, Any]) -> None:
        """Keep the unknown fields of a delta: strings grow, as `reasoning_content` does."""
        for name, value in extra.items():
            if isinstance(value, str):
                so_far = self._extra.get(name)
                if not isinstance(so_far, Text):
                    so_far = self._extra[name] = Text()
                so_far.pieces.append(value)
            else:
                keep(self._extra, {name: value})

    def _note_probabilities(self, choice: CompletionResponseStreamChoice) -> None:
        for name in ("logprobs", "prompt_logprobs"):
            more = getattr(choice, name)
            if more is not None:
                self._fields[name] = _more(self._fields.get(name), more)


class Text:
    """Text that grows."""

    __slots__ = ("pieces",)

    def __init__(self) -> None:
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        """The text so far; joined once for each time that it grew."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    def chunk(self) -> TextChunk:
        """The text as a content chunk."""
        return TextChunk(text=self.text)


class Thought:
    """Thinking that grows: text, and references between it."""

    __slots__ = ("_extra", "_parts")

    def __init__(self) -> None:
        self._parts: list[Any] = []
        self._extra: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """The text of the thinking."""
        return "".join(part.text for part in self._parts if isinstance(part, Text))

    def add(self, chunk: ThinkChunk) -> None:
        """Take the next piece; its `closed` marks no end (wire-format section 5)."""
        for part in chunk.thinking:
            if isinstance(part, TextChunk):
                if not self._parts or not isinstance(self._parts[-1], Text):
                    self._parts.append(Text())
                self._parts[-1].pieces.append(part.text)
            else:
                self._parts.append(part)
        if chunk.signature is not None:
            self._extra["signature"] = chunk.signature
        if chunk.closed is not None:
            self._extra["closed"] = chunk.closed
        if chunk.__pydantic_extra__:
            keep(self._extra, chunk.__pydantic_extra__)

    def chunk(self) -> ThinkChunk:
        """The thinking as one content chunk."""
        parts = [part.chunk() if isinstance(part, Text) else part for part in self._parts]
        return ThinkChunk.model_validate({"thinking": parts, **self._extra})


def _value(value: Text | object) -> object:
    return value.text if isinstance(value, Text) else value


def _as_chunk(value: object) -> ContentChunk:
    """What the models make of a chunk that stands in a list of chunks."""
    if isinstance(value, dict):
        content = AssistantMessage.model_validate({"content": [value]}).content
        assert isinstance(content, list)
        return content[0]
    return UnknownContentChunk.model_construct(raw=value)


def _more(so_far: Any, more: object) -> object:
    """Probabilities and those of one more chunk: lists grow."""
    if not isinstance(more, BaseModel):  # something else, which the models keep as it came
        return more
    grown = cast("dict[str, Any]", so_far) if isinstance(so_far, dict) else {}
    for name, value in more.model_dump().items():
        if isinstance(value, list) and isinstance(grown.get(name), list):
            grown[name].extend(value)
        else:
            keep(grown, {name: value})
    return grown
