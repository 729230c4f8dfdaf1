"""A completion, written as stream chunks or as one answer (wire-format sections 4, 5 and 10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from ..answers import DONE, event
from ..jsonvalues import compact, is_list
from . import tokens
from .dialect import MISTRAL, Dialect
from .reply import UsageShape
from .seeding import Chance

Delta: TypeAlias = dict[str, Any]
"""The `delta` of one chunk: `content`, `tool_calls`, or both."""

_COMMENT: Final = b": keepalive\n\n"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of an answer.

    Attributes:
        deltas: What the stream sends of it after the chunk with the role; at least one, for the
            finish reason goes with the last.
        message: What an answer that does not stream has in its place.
        finish_reason: Why it ends.
    """

    deltas: Sequence[Delta]
    message: dict[str, Any]
    finish_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An answer before it is written.

    Attributes:
        model: The name that was asked for.
        chance: Where `id`, `created` and padding come from.
        prompt_tokens: What the request counts.
        choices: One for each of `n`.
        usage_shape: The fields of `usage`.
        dialect: How a stream is written.
        include_usage: Whether the request asked for usage, where the dialect wants to be asked.
    """

    model: str
    chance: Chance
    prompt_tokens: int
    choices: Sequence[Choice]
    usage_shape: UsageShape = "2026-08"
    dialect: Dialect = MISTRAL
    include_usage: bool = False

    def usage(self) -> dict[str, Any]:
        """Count tokens, in one of the recorded shapes."""
        messages = [choice.message for choice in self.choices]
        completion = tokens.count(messages)
        usage: dict[str, Any] = {
            "prompt_tokens": self.prompt_tokens,
            "total_tokens": self.prompt_tokens + completion,
            "completion_tokens": completion,
        }
        if self.usage_shape == "2026-01":
            usage["num_cached_tokens"] = 0
        if self.usage_shape >= "2026-02":
            usage["prompt_tokens_details"] = {"cached_tokens": 0}
        if self.usage_shape == "2026-07":
            usage["completion_tokens_details"] = {"reasoning_tokens": _thought(messages)}
        if self.usage_shape >= "2026-08":
            usage["service_tier"] = "standard"
        return usage

    def events(self) -> Iterator[bytes]:
        """Write the events of a stream: openings, deltas of the choices in turn, `[DONE]`."""
        dialect = self.dialect
        for _ in range(dialect.comments):
            yield _COMMENT
        unfinished = len(self.choices)
        for index, delta, reason in self._turns():
            unfinished -= reason is not None
            usage = self.usage() if not unfinished and dialect.usage == "last" else None
            yield self._chunk_event([dialect.choice(index, delta, reason)], usage)
        if dialect.usage == "alone" and self.include_usage:
            yield self._chunk_event([], self.usage())
        if dialect.done:
            yield DONE

    def whole(self) -> dict[str, Any]:
        """Write the answer of a request that does not stream."""
        choices = [
            {"index": index, "finish_reason": choice.finish_reason, "message": choice.message}
            for index, choice in enumerate(self.choices)
        ]
        return {**self._envelope("chat.completion", choices), "usage": self.usage()}

    def _chunk_event(self, choices: list[dict[str, Any]], usage: dict[str, Any] | None) -> bytes:
        chunk = self._envelope("chat.completion.chunk", choices)
        if self.dialect.ids == "each":
            chunk["id"] = self.chance.another_id()
        if not self.dialect.created:
            del chunk["created"]
        chunk.update(self.dialect.chunk_extra)
        if usage is not None:
            chunk["usage"] = usage
        if self.dialect.padding and "role" not in choices[0]["delta"]:
            chunk["p"] = self.chance.padding()
        return event(compact(chunk))

    def _envelope(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.chance.id,
            "object": kind,
            "created": self.chance.created,
            "model": self.model,
            "choices": choices,
        }

    def _turns(self) -> Iterator[tuple[int, Delta, str | None]]:
        """Give index, delta and finish reason of each chunk."""
        opening = self.dialect.opening_delta()
        if opening is not None:
            yield from ((index, opening, None) for index in range(len(self.choices)))
        for turns in zip_longest(*map(_finishing, self.choices)):
            for index, turn in enumerate(turns):
                if turn is not None:
                    delta, reason = turn
                    yield index, delta, reason


def _finishing(choice: Choice) -> Iterator[tuple[Delta, str | None]]:
    last = len(choice.deltas) - 1
    for place, delta in enumerate(choice.deltas):
        yield delta, choice.finish_reason if place == last else None


def _thought(messages: list[dict[str, Any]]) -> int:
    return sum(
        tokens.count(chunk.get("thinking"))
        for message in messages
        if is_list(message["content"])
        for chunk in message["content"]
    )
