"""Completions as stream chunks or as one answer (wire-format sections 4, 5 and 10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from ..answers import DONE, event
from ..jsonvalues import compact, is_list
from . import tokens
from .dialect import MISTRAL, Dialect
from .reply import UsageShape
from .seeding import Randomness

Delta: TypeAlias = dict[str, Any]
"""The `delta` of one chunk: `content`, `tool_calls`, or both."""

_COMMENT: Final = b": keepalive\n\n"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of an answer.

    Attributes:
        deltas: The deltas of a stream after the chunk with the role. At least one: the last delta
            carries the finish reason.
        message: The message of an answer that does not stream.
        finish_reason: The finish reason.
    """

    deltas: Sequence[Delta]
    message: dict[str, Any]
    finish_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An answer before serialisation.

    Attributes:
        model: The model that the request named.
        randomness: The source of `id`, `created` and padding.
        prompt_tokens: The number of tokens of the request.
        choices: The choices.
        usage_shape: The fields of `usage`.
        dialect: The form of a stream.
        include_usage: True if the request asked for usage, which some dialects require.
    """

    model: str
    randomness: Randomness
    prompt_tokens: int
    choices: Sequence[Choice]
    usage_shape: UsageShape = "2026-08"
    dialect: Dialect = MISTRAL
    include_usage: bool = False

    def usage(self) -> dict[str, Any]:
        """Return `usage` in its recorded shape."""
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
        """Yield the events of a stream: openings, interleaved deltas of the choices, `[DONE]`."""
        dialect = self.dialect
        for _ in range(dialect.comments):
            yield _COMMENT
        unfinished = len(self.choices)
        for index, delta, reason in self._turns():
            if reason is not None:
                unfinished -= 1
            usage = self.usage() if not unfinished and dialect.usage == "last" else None
            yield self._chunk_event([dialect.choice(index, delta, reason)], usage)
        if dialect.usage == "alone" and self.include_usage:
            yield self._chunk_event([], self.usage())
        if dialect.done:
            yield DONE

    def whole(self) -> dict[str, Any]:
        """Return the body of an answer that does not stream."""
        choices = [
            {"index": index, "finish_reason": choice.finish_reason, "message": choice.message}
            for index, choice in enumerate(self.choices)
        ]
        return {**self._envelope("chat.completion", choices), "usage": self.usage()}

    def _chunk_event(self, choices: list[dict[str, Any]], usage: dict[str, Any] | None) -> bytes:
        chunk = self._envelope("chat.completion.chunk", choices)
        if self.dialect.ids == "each":
            chunk["id"] = self.randomness.another_id()
        if not self.dialect.created:
            del chunk["created"]
        chunk.update(self.dialect.chunk_extra)
        if usage is not None:
            chunk["usage"] = usage
        if self.dialect.padding and "role" not in choices[0]["delta"]:
            chunk["p"] = self.randomness.padding()
        return event(compact(chunk))

    def _envelope(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.randomness.id,
            "object": kind,
            "created": self.randomness.created,
            "model": self.model,
            "choices": choices,
        }

    def _turns(self) -> Iterator[tuple[int, Delta, str | None]]:
        """Yield index, delta and finish reason of each chunk."""
        opening = self.dialect.opening_delta()
        if opening is not None:
            for index in range(len(self.choices)):
                yield index, opening, None
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
