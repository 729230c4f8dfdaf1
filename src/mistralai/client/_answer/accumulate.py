"""Chunks in, one answer out, without I/O.

The rules are those of wire-format section 5: choices are distinguished by their
index, adjacent thinking is one thought whatever `closed` says, and `toolcalls.py`
decides where a piece of a tool call belongs. Text is kept in pieces and joined when
it is read, so that a delta of a long answer costs no more than one of a short answer.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from ..models.content import TextChunk, ThinkChunk, UnknownContentChunk
from ..models.messages import AssistantMessage
from .toolcalls import ToolCalls, merge

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
    """The answer so far, added up from the chunks of a stream.

    Attributes:
        usage: The last usage that was received; `None` until then.
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
        """Add the next chunk."""
        self._snapshot = None
        if self.latest:
            self.latest = []
        if self._missing:
            self._keep_identity(chunk)
        if chunk.__pydantic_extra__:
            merge(self._fields, chunk.__pydantic_extra__)
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
        """The choices that have begun, in the order of their indices."""
        return sorted(self._choices.values(), key=lambda choice: choice.index)

    def choice(self, index: int) -> Choice | None:
        """Return the choice of an index, or `None` if it has not begun."""
        return self._choices.get(index)

    def snapshot(self) -> ChatCompletionResponse:
        """Return the answer so far, which is built once per chunk, if it is asked for."""
        if self._snapshot is None:
            fields = {**self._fields, "object": "chat.completion"}
            if self.usage is not None:
                fields["usage"] = self.usage
            fields["choices"] = [choice.fields() for choice in self.choices]
            self._snapshot = _response_validator()(fields)
        return self._snapshot

    def _keep_identity(self, chunk: CompletionChunk) -> None:
        """Keep the first id, model and creation time that are not empty."""
        for name in tuple(self._missing):
            value = getattr(chunk, name)
            if value is not None:
                self._fields[name] = value
            if value:
                self._missing.remove(name)


@cache
def _response_validator() -> Callable[[dict[str, Any]], ChatCompletionResponse]:
    """Return the function that makes an answer from its fields; its models load at first use."""
    from ..models.response import ChatCompletionResponse

    return ChatCompletionResponse.__pydantic_validator__.validate_python


class Choice:
    """One choice so far, added up from its deltas.

    Attributes:
        index: Its index among the choices.
        calls: Its tool calls.
        finish_reason: The reason why it ended, or `None`.
    """

    __slots__ = ("_extra", "_fields", "_parts", "calls", "finish_reason", "index")

    def __init__(self, index: int) -> None:
        self.index = index
        self.calls = ToolCalls()
        self.finish_reason: str | None = None
        self._parts: list[Text | Thought | BaseModel] = []
        self._extra: dict[str, Any] = {}  # unknown fields of its deltas
        self._fields: dict[str, Any] = {}  # further fields of the choice itself

    def add(self, choice: CompletionResponseStreamChoice) -> list[GrowingCall] | None:
        """Add this choice of a chunk; return the call that each piece of a call belongs to."""
        delta = choice.delta
        content = delta.content
        if isinstance(content, str):
            self._add_text(content)
        elif isinstance(content, list):
            for chunk in content:
                self._add_chunk(chunk)
        elif content is not None:
            self._add_chunk(content)
        calls = self.calls.add(delta.tool_calls) if delta.tool_calls else None
        if choice.finish_reason is not None:
            self.finish_reason = choice.finish_reason
        if delta.__pydantic_extra__:  # the property `model_extra` costs more
            self._keep_unknown(delta.__pydantic_extra__)
        if delta.metadata is not None or delta.tool_call_id is not None:
            rare = {"metadata": delta.metadata, "tool_call_id": delta.tool_call_id}
            merge(self._extra, {name: value for name, value in rare.items() if value is not None})
        if choice.__pydantic_extra__:
            merge(self._fields, choice.__pydantic_extra__)
        if choice.logprobs is not None or choice.prompt_logprobs is not None:
            self._add_logprobs(choice)
        return calls

    @property
    def text(self) -> str:
        """The text of the choice, without its thinking."""
        return "".join(part.text for part in self._parts if isinstance(part, Text))

    def content(self) -> str | list[Any] | None:
        """Return the content of the message: a string if it is only text, else a list of chunks."""
        if all(isinstance(part, Text) for part in self._parts):
            text = self.text
            return None if self.calls and not text else text
        return [part.chunk() if isinstance(part, (Text, Thought)) else part for part in self._parts]

    def fields(self) -> dict[str, Any]:
        """Return the fields of a `ChatCompletionChoice`."""
        message = {name: _plain(value) for name, value in self._extra.items()}
        message |= {"role": "assistant", "content": self.content()}
        if self.calls:
            message["tool_calls"] = self.calls.fields()
        own = {"index": self.index, "finish_reason": self.finish_reason, "message": message}
        return self._fields | own

    def _add_text(self, piece: str) -> None:
        if not piece:
            return
        last = self._parts[-1] if self._parts else None
        if not isinstance(last, Text):
            last = Text()
            self._parts.append(last)
        last.pieces.append(piece)

    def _add_chunk(self, chunk: ContentChunk | Any) -> None:
        if isinstance(chunk, TextChunk):
            self._add_text(chunk.text)
        elif isinstance(chunk, ThinkChunk):
            last = self._parts[-1] if self._parts else None
            if not isinstance(last, Thought):
                last = Thought()
                self._parts.append(last)
            last.add(chunk)
        elif isinstance(chunk, UnknownContentChunk) and isinstance(chunk.raw, str):
            self._add_text(chunk.raw)
        elif isinstance(chunk, BaseModel):
            self._parts.append(chunk)
        else:  # beside a part that is not a chunk the models keep the whole list as it was received
            self._add_chunk(_as_chunk(chunk))

    def _keep_unknown(self, extra: dict[str, Any]) -> None:
        """Keep unknown fields of a delta: strings are joined, as `reasoning_content` must be."""
        for name, value in extra.items():
            if isinstance(value, str):
                so_far = self._extra.get(name)
                if not isinstance(so_far, Text):
                    so_far = self._extra[name] = Text()
                so_far.pieces.append(value)
            else:
                merge(self._extra, {name: value})

    def _add_logprobs(self, choice: CompletionResponseStreamChoice) -> None:
        for name in ("logprobs", "prompt_logprobs"):
            more = getattr(choice, name)
            if more is not None:
                self._fields[name] = _joined_logprobs(self._fields.get(name), more)


class Text:
    """Text, in the pieces in which it arrived."""

    __slots__ = ("pieces",)

    def __init__(self) -> None:
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        """The text so far. Pieces are joined once, when it is read."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    def chunk(self) -> TextChunk:
        """Return the text as a content chunk."""
        return TextChunk(text=self.text)


class Thought:
    """Thinking so far: text, and references between it."""

    __slots__ = ("_extra", "_parts")

    def __init__(self) -> None:
        self._parts: list[Any] = []
        self._extra: dict[str, Any] = {}

    def add(self, chunk: ThinkChunk) -> None:
        """Add the next piece; its `closed` does not mark the end (wire-format section 5)."""
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
            merge(self._extra, chunk.__pydantic_extra__)

    def chunk(self) -> ThinkChunk:
        """Return the thinking as one content chunk."""
        parts = [part.chunk() if isinstance(part, Text) else part for part in self._parts]
        return ThinkChunk.model_validate({"thinking": parts, **self._extra})


def _plain(value: Text | object) -> object:
    return value.text if isinstance(value, Text) else value


def _as_chunk(value: object) -> ContentChunk:
    """Return the model of one part of a list of chunks."""
    if isinstance(value, dict):
        content = AssistantMessage.model_validate({"content": [value]}).content
        assert isinstance(content, list)
        return content[0]
    return UnknownContentChunk.model_construct(raw=value)


def _joined_logprobs(so_far: Any, more: object) -> object:
    """Return the probabilities so far with those of one more chunk: lists are joined."""
    if not isinstance(more, BaseModel):  # the models keep a wrong value as it was received
        return more
    grown = cast("dict[str, Any]", so_far) if isinstance(so_far, dict) else {}
    for name, value in more.model_dump().items():
        if isinstance(value, list) and isinstance(grown.get(name), list):
            grown[name].extend(value)
        else:
            merge(grown, {name: value})
    return grown
