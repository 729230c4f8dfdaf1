"""`openai`: chunks of a chat completion, for any client of that API.

Theory of operation. A delta becomes a chunk, of every choice. The id and the name of a call, and
the role of a choice, are sent once, because clients join what they receive.

That format has one answer and no results of tools: a client that sees calls runs them. So in a run
with tools the calls of a step are held back, those that are run here are dropped, and the others
are sent when the log ends, with the finish reason of the last step.

A whole answer ends with `[DONE]`. Every other one ends with an error and without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mistralai.client.deltas import (
    FinishDelta,
    ReferenceDelta,
    StepStart,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolFailure,
    ToolResult,
    ToolStart,
    UnknownDelta,
    UsageDelta,
)

from ..frames import End, Gap, Opened
from ..jsontext import json_of, plain
from .calls import id_of
from .encoder import Encoder, sentence_of, sentence_of_gap
from .usage import UsageSum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..frames import Frame

_OK: Final = "ended"


class OpenAIEncoder(Encoder):
    """The protocol `openai`.

    Args:
        key: The key of the log.
        after: The number of the last frame that the reader has.
        include_usage: Whether the last chunk is one with the tokens used and without a choice.
    """

    def __init__(self, key: str, *, after: int = 0, include_usage: bool = True) -> None:
        super().__init__(key, after=after)
        self._head: dict[str, Any] = {
            "id": key,
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "",
        }
        self._include_usage = include_usage
        self._usage: UsageSum | None = None
        self._begun: set[int] = set()
        self._named: set[tuple[int, int]] = set()
        self._in_run = False
        self._held: list[ToolCallDelta] = []
        self._reasons: list[FinishDelta] = []

    def _translate(self, frame: Frame) -> Iterator[bytes]:
        match frame.event:
            case TextDelta(choice_index=index, text=text):
                yield self._chunk(index, {"content": text})
            case ThinkingDelta(choice_index=index, text=text):
                yield self._chunk(index, {"reasoning_content": text})
            case ToolCallDelta() | FinishDelta() as delta:
                yield from self._answered(delta)
            case ReferenceDelta(choice_index=index, reference_ids=ids):
                yield self._chunk(index, {"reference_ids": ids})
            case UnknownDelta(choice_index=index, chunk=chunk):
                yield self._chunk(index, {"content_chunk": plain(chunk)})
            case UsageDelta(usage=usage):
                self._usage = (self._usage or UsageSum()).of_answer(usage)
            case Opened() as opened:
                self._head |= {
                    "id": opened.id,
                    "created": opened.created,
                    "model": opened.model or "",
                }
                yield self._chunk(0, {"content": ""})
            case Gap() as gap:
                yield self._error("gap", sentence_of_gap(gap))
            case End() as end:
                yield from self._end(end)
            case _ as event:
                self._run(event)

    def _answered(self, delta: ToolCallDelta | FinishDelta) -> Iterator[bytes]:
        """Send calls and finish reasons, or hold them back while a run decides about them."""
        if isinstance(delta, FinishDelta):
            if self._in_run:
                self._reasons.append(delta)
            else:
                yield self._chunk(delta.choice_index, {}, delta.reason)
        elif self._in_run:
            self._held.append(delta)
        else:
            yield self._call(delta)

    def _run(self, event: object) -> None:
        match event:
            case StepStart():
                if self._usage is not None:
                    self._usage = self._usage.before_answer()
                self._in_run, self._held, self._reasons = True, [], []
            case (
                ToolStart(call_id=call_id)
                | ToolResult(call_id=call_id)
                | ToolFailure(call_id=call_id)
            ):
                run = {piece.call_index for piece in self._held if id_of(piece) == call_id}
                self._held = [piece for piece in self._held if piece.call_index not in run]
            case _:
                pass

    def _end(self, end: End) -> Iterator[bytes]:
        if end.status != _OK:
            yield self._error(end.status, sentence_of(end))
            return
        for piece in self._held:
            yield self._call(piece)
        for delta in self._reasons:
            yield self._chunk(delta.choice_index, {}, delta.reason)
        if self._include_usage and self._usage is not None:
            usage = {
                "prompt_tokens": self._usage.prompt,
                "completion_tokens": self._usage.completion,
                "total_tokens": self._usage.total,
            }
            yield json_of({**self._head, "choices": [], "usage": usage})
        yield b"[DONE]"
        self.done = True

    def _call(self, piece: ToolCallDelta) -> bytes:
        function: dict[str, Any] = {"arguments": piece.arguments}
        call: dict[str, Any] = {"index": piece.call_index, "function": function}
        place = (piece.choice_index, piece.call_index)
        if place not in self._named and piece.name:
            self._named.add(place)
            call |= {"id": id_of(piece) or f"call-{piece.call_index}", "type": "function"}
            function["name"] = piece.name
        return self._chunk(piece.choice_index, {"tool_calls": [call]})

    def _chunk(self, index: int, delta: dict[str, Any], reason: str | None = None) -> bytes:
        if index not in self._begun:
            self._begun.add(index)
            delta = {"role": "assistant", **delta}
        choice = {"index": index, "delta": delta, "finish_reason": reason}
        return json_of({**self._head, "choices": [choice]})

    def _error(self, code: str, sentence: str) -> bytes:
        self.done = True
        error = {"message": sentence, "type": "relay_error", "param": None, "code": code}
        return json_of({"error": error})
