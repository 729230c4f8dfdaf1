"""The options of a request, other than its messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from ..client import Mistral
    from ..client._api.params import ChatParams, FIMParams
    from ..client.models import CompletionEvent
    from ..client.utils.eventstreaming import EventStream, EventStreamAsync
    from ..tools import FunctionTool, ToolRun


@dataclass(slots=True)
class RequestOptions:
    """The options of a request. The server chooses those that are `None`.

    Attributes:
        model: The model's name.
        temperature: The sampling temperature.
        max_tokens: The maximum number of tokens in the answer.
        random_seed: The seed for sampling; the same seed gives the same answer.
        stop: Texts at which the answer ends.
        reasoning_effort: How much the model reasons.
        response_format: The format of the answer.
        tools: The tools that the model may call, in the format of the API.
        extra_body: Other fields of the request, from `--param`.
    """

    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    random_seed: int | None = None
    stop: Sequence[str] = ()
    reasoning_effort: str | None = None
    response_format: Mapping[str, Any] | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    extra_body: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def chat(
        self, client: Mistral, messages: Sequence[Mapping[str, Any]]
    ) -> EventStream[CompletionEvent]:
        """Request the next message of a conversation."""
        return client.chat.stream(**self._chat_params(messages))

    def chat_async(
        self, client: Mistral, messages: Sequence[Mapping[str, Any]]
    ) -> AbstractAsyncContextManager[EventStreamAsync[CompletionEvent]]:
        """Request the next message of a conversation, asynchronously."""
        return client.chat.stream_async(**self._chat_params(messages))

    def run_tools(
        self,
        client: Mistral,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[FunctionTool],
        **options: Any,
    ) -> ToolRun[Any]:
        """Answer the last question of a conversation with tools, beside those of the request."""
        fields = {**self._chat(messages), "tools": [*tools, *self.tools], **options}
        return client.chat.run_tools(**cast("Any", _without_none(fields)))

    def defaults(self) -> dict[str, Any]:
        """Return the fields of a request without messages, as the API has them."""
        fields = {**self._common(), "response_format": self.response_format, "extra_body": None}
        return {**_without_none(fields), **self.extra_body}

    def fim(self, client: Mistral, prompt: str, suffix: str) -> EventStream[CompletionEvent]:
        """Request the text between a prompt and a suffix."""
        fields = {**self._common(), "prompt": prompt, "suffix": suffix or None}
        return client.fim.stream(**cast("FIMParams", _without_none(fields)))

    def _chat_params(self, messages: Sequence[Mapping[str, Any]]) -> ChatParams:
        fields = {**self._chat(messages), "tools": list(self.tools) or None}
        return cast("ChatParams", _without_none(fields))

    def _chat(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {
            **self._common(),
            "messages": messages,
            "reasoning_effort": self.reasoning_effort,
            "response_format": self.response_format,
        }

    def _common(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "random_seed": self.random_seed,
            "stop": list(self.stop) or None,
            "extra_body": dict(self.extra_body) or None,
        }


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
