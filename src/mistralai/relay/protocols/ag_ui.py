"""`ag-ui`: the events of the AG-UI protocol, version 1.0.

The thread is the key of the log, and the run has the id of its `Opened`. Ids of messages are made
of the run's and a number of the log, so that no two messages of a thread have the same. An answer
that was stopped is a run that finished as cancelled; one that needs an approval, as interrupted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mistralai.client.deltas import (
    ApprovalNeeded,
    ReferenceDelta,
    ToolFailure,
    ToolResult,
    UnknownDelta,
)

from ..frames import Opened
from ..jsontext import json_of, plain
from .encoder import Encoder
from .marks import (
    Broken,
    CallBegins,
    CallEnds,
    CallGrows,
    Finished,
    Outcome,
    PartBegins,
    PartEnds,
    PartGrows,
    StepBegins,
    StepEnds,
    Stopped,
)
from .outline import Outline
from .usage import UsageSum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..frames import Frame
    from .marks import Mark, PartKind

VERSION: Final = "1.0"
"""The version of the protocol, which the first event of a run declares."""

_CUT: Final = "The answer ended before the call was complete; it was not run."


class AGUIEncoder(Encoder):
    """The protocol `ag-ui`."""

    def __init__(self, key: str, *, after: int = 0) -> None:
        super().__init__(key, after=after)
        self._outline = Outline()
        self._run = key
        self._model: str | None = None
        self._message: str | None = None
        self._interrupts: list[dict[str, Any]] = []
        self._usage: UsageSum | None = None

    def _translate(self, frame: Frame) -> Iterator[bytes]:
        for mark in self._outline.marks(frame):
            for event in self._events(mark):
                yield json_of(event)

    def _events(self, mark: Mark) -> Iterator[dict[str, Any]]:
        match mark:
            case PartGrows(kind, number, text):
                name = f"{_message(kind)}_CONTENT"
                yield {"type": name, "messageId": self._id(number), "delta": text}
            case PartBegins(kind, number):
                yield from self._begin(kind, self._id(number))
            case PartEnds(kind, number):
                yield {"type": f"{_message(kind)}_END", "messageId": self._id(number)}
                if kind == "thinking":
                    yield {"type": "REASONING_END", "messageId": self._id(number)}
            case CallBegins(call):
                parent = {} if self._message is None else {"parentMessageId": self._message}
                named = {"toolCallId": call.id, "toolCallName": call.name}
                yield {"type": "TOOL_CALL_START", **named, **parent}
            case CallGrows(call, text):
                yield {"type": "TOOL_CALL_ARGS", "toolCallId": call.id, "delta": text}
            case CallEnds(call, cut):
                yield {"type": "TOOL_CALL_END", "toolCallId": call.id}
                if cut:
                    yield _result(call.id, _CUT)
            case Outcome(call, event):
                yield from self._outcome(call.id, event)
            case _:
                yield from self._of_run(mark)

    def _of_run(self, mark: Mark) -> Iterator[dict[str, Any]]:
        """Yield the events for a mark that is not about a message."""
        match mark:
            case StepBegins(step):
                self._message = None
                yield {"type": "STEP_STARTED", "stepName": f"step-{step}"}
            case StepEnds(step):
                yield {"type": "STEP_FINISHED", "stepName": f"step-{step}"}
            case ReferenceDelta(reference_ids=ids):
                yield {"type": "CUSTOM", "name": "references", "value": ids}
            case UnknownDelta(chunk=chunk):
                yield {"type": "CUSTOM", "name": "content", "value": plain(chunk)}
            case UsageSum() as usage:
                self._usage = usage
            case Opened() as opened:
                self._run, self._model = opened.id, opened.model
                yield {"type": "RUN_STARTED", **self._names(), "protocolVersion": VERSION}
            case Finished() | Stopped() | Broken():
                yield self._end(mark)
            case _:
                pass

    def _end(self, mark: Finished | Stopped | Broken) -> dict[str, Any]:
        self.done = True
        if isinstance(mark, Broken):
            error = {"type": "RUN_ERROR", "message": mark.sentence, "code": mark.code}
            return {**error, **self._tokens()}
        details: dict[str, Any] = {}
        if isinstance(mark, Stopped):
            details["outcome"] = {"type": "cancelled"}
        elif self._interrupts:
            details["outcome"] = {"type": "interrupt", "interrupts": self._interrupts}
        if isinstance(mark, Finished) and mark.reason is not None:
            details["metadata"] = {"finishReason": mark.reason}
        return {"type": "RUN_FINISHED", **self._names(), **details, **self._tokens()}

    def _begin(self, kind: PartKind, message: str) -> Iterator[dict[str, Any]]:
        if kind == "text":
            self._message = message
            yield {"type": "TEXT_MESSAGE_START", "messageId": message, "role": "assistant"}
        else:
            yield {"type": "REASONING_START", "messageId": message}
            yield {"type": "REASONING_MESSAGE_START", "messageId": message, "role": "reasoning"}

    def _outcome(
        self, call_id: str, event: ToolResult | ToolFailure | ApprovalNeeded
    ) -> Iterator[dict[str, Any]]:
        match event:
            case ToolResult(content=content):
                yield _result(call_id, _text_of(content))
            case ToolFailure(message=message):
                yield _result(call_id, message)
            case ApprovalNeeded():
                self._interrupts.append(
                    {"id": call_id, "reason": "approval", "toolCallId": call_id}
                )

    def _names(self) -> dict[str, Any]:
        return {"threadId": self._key, "runId": self._run}

    def _tokens(self) -> dict[str, Any]:
        if self._usage is None:
            return {}
        usage = {
            "inputTokens": self._usage.prompt,
            "outputTokens": self._usage.completion,
            "totalTokens": self._usage.total,
        }
        return {"usage": [{"model": self._model, **usage} if self._model else usage]}

    def _id(self, number: int) -> str:
        return f"{self._run}-{number}"


def _message(kind: PartKind) -> str:
    return "TEXT_MESSAGE" if kind == "text" else "REASONING_MESSAGE"


def _result(call_id: str, content: str) -> dict[str, Any]:
    return {
        "type": "TOOL_CALL_RESULT",
        "messageId": f"{call_id}-result",
        "toolCallId": call_id,
        "content": content,
        "role": "tool",
    }


def _text_of(content: object) -> str:
    """Return the content of a tool's message as text, as JSON if it is more than that."""
    match plain(content):
        case str(text):
            return text
        case [*chunks] if all(map(_is_text, chunks)):
            return "".join(chunk["text"] for chunk in chunks)
        case value:
            return json_of(value).decode()


def _is_text(chunk: object) -> bool:
    match chunk:
        case {"type": "text", "text": str()}:
            return True
        case _:
            return False
