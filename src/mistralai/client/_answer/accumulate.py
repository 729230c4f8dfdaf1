"""Chunks in, one answer out, without I/O.

The rules are those of wire-format section 5: choices are distinguished by their index,
`contents.py` joins text and thinking, and `toolcalls.py` decides where a piece of a tool call
belongs.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from .contents import Content, Text
from .facts import Facts
from .toolcalls import ToolCalls, merge

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models import (
        ChatCompletionResponse,
        CompletionChunk,
        CompletionResponseStreamChoice,
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

    @property
    def complete(self) -> bool:
        """True if at least one choice has begun, and all that have also have a finish reason."""
        choices = self._choices.values()
        return bool(choices) and all(choice.finish_reason for choice in choices)

    def choice(self, index: int) -> Choice | None:
        """Return the choice of an index, or `None` if it has not begun."""
        return self._choices.get(index)

    def facts(self) -> Facts:
        """Return what is known of the answer so far, for observers."""
        return Facts(
            id=self._fields.get("id"),
            model=self._fields.get("model"),
            usage=self.usage,
            finish_reasons=tuple(choice.finish_reason for choice in self.choices),
            build=self.snapshot,
        )

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

    __slots__ = ("_content", "_extra", "_fields", "calls", "finish_reason", "index")

    def __init__(self, index: int) -> None:
        self.index = index
        self.calls = ToolCalls()
        self.finish_reason: str | None = None
        self._content = Content()
        self._extra: dict[str, Any] = {}  # unknown fields of its deltas
        self._fields: dict[str, Any] = {}  # further fields of the choice itself

    def add(self, choice: CompletionResponseStreamChoice) -> list[GrowingCall] | None:
        """Add this choice of a chunk; return the call that each piece of a call belongs to."""
        delta = choice.delta
        if delta.content is not None:
            self._content.add(delta.content)
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
        return self._content.text

    def fields(self) -> dict[str, Any]:
        """Return the fields of a `ChatCompletionChoice`."""
        message = {name: _plain(value) for name, value in self._extra.items()}
        content: str | list[Any] | None = self._content.value()
        if self.calls and not content:
            content = None
        message |= {"role": "assistant", "content": content}
        if self.calls:
            message["tool_calls"] = self.calls.fields()
        own = {"index": self.index, "finish_reason": self.finish_reason, "message": message}
        return self._fields | own

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


def _plain(value: Text | object) -> object:
    return value.text if isinstance(value, Text) else value


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
