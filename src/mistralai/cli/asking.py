"""What is asked for, apart from the conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..client import Mistral
    from ..client._api.params import ChatParams, FIMParams
    from ..client.models import CompletionEvent
    from ..client.utils.eventstreaming import EventStream


@dataclass(slots=True)
class Asking:
    """The options of a request. What is `None` is left to the server.

    Attributes:
        model: Who is asked.
        temperature: How freely tokens are chosen.
        max_tokens: Tokens that the answer may have.
        random_seed: The same seed gives the same answer.
        stop: Texts at which the answer ends.
        reasoning_effort: How much the model reasons.
        response_format: The form of the answer.
        extra_body: Other fields of the request, as `--param` gave them.
    """

    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    random_seed: int | None = None
    stop: Sequence[str] = ()
    reasoning_effort: str | None = None
    response_format: Mapping[str, Any] | None = None
    extra_body: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def chat(
        self, client: Mistral, messages: Sequence[Mapping[str, Any]]
    ) -> EventStream[CompletionEvent]:
        """Ask for the next message of a conversation."""
        asked = {
            **self._common(),
            "messages": messages,
            "reasoning_effort": self.reasoning_effort,
            "response_format": self.response_format,
        }
        return client.chat.stream(**cast("ChatParams", _given(asked)))

    def fim(self, client: Mistral, prompt: str, suffix: str) -> EventStream[CompletionEvent]:
        """Ask for what stands between two texts."""
        asked = {**self._common(), "prompt": prompt, "suffix": suffix or None}
        return client.fim.stream(**cast("FIMParams", _given(asked)))

    def _common(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "random_seed": self.random_seed,
            "stop": list(self.stop) or None,
            "extra_body": dict(self.extra_body) or None,
        }


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}
