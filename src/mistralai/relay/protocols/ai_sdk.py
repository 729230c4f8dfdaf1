"""`ai-sdk`: the UI message stream that `useChat` of the AI SDK reads.

Its parts and keys are those that every release from 5.0 on knows: early releases of 6 refuse a
key that they do not know, and all refuse an unknown type. `ai-sdk@6`, for 6.0 and newer, asks for
approvals by a part that 5 refuses; `ai-sdk` has a `data-approval` in its place.

A page that reads `error` shows its text and keeps the answer so far. A body that merely stops looks
whole to it, so every answer that is not whole ends with `error` or `abort`.
"""

from __future__ import annotations

from contextlib import suppress
from types import MappingProxyType
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
    from collections.abc import Iterator, Mapping

    from ..frames import Frame
    from .calls import Call
    from .marks import Mark

_DONE: Final = b"[DONE]"

_PREFIXES: Final = {"text": "text", "thinking": "reasoning"}

_REASONS: Final[Mapping[str, str]] = {
    "stop": "stop",
    "length": "length",
    "model_length": "length",
    "tool_calls": "tool-calls",
    "content_filter": "content-filter",
    "error": "error",
}
"""Finish reasons that all releases know; every other one is `other`."""

_CUT: Final = "The answer ended before the call was complete."
_MALFORMED: Final = "The arguments are not valid JSON."


class AISDKEncoder(Encoder):
    """The protocol `ai-sdk`."""

    headers = MappingProxyType({"x-vercel-ai-ui-message-stream": "v1"})
    approvals: bool = False
    """True if a reader knows `tool-approval-request`."""

    def __init__(self, key: str, *, after: int = 0) -> None:
        super().__init__(key, after=after)
        self._outline = Outline()
        self._text_length = 0

    def _translate(self, frame: Frame) -> Iterator[bytes]:
        for mark in self._outline.marks(frame):
            yield json_of(self._part(mark))
            if isinstance(mark, Finished | Stopped | Broken):
                yield _DONE
                self.done = True

    def _part(self, mark: Mark) -> dict[str, Any]:
        match mark:
            case PartBegins() | PartGrows() | PartEnds():
                part = self._text(mark)
            case CallBegins(call):
                part = {"type": "tool-input-start", "toolCallId": call.id, "toolName": call.name}
            case CallGrows(call, text):
                part = {"type": "tool-input-delta", "toolCallId": call.id, "inputTextDelta": text}
            case CallEnds(call, cut):
                part = _input(call, cut=cut)
            case Outcome(call, event):
                part = self._outcome(call, event)
            case ReferenceDelta(reference_ids=ids):
                part = {"type": "data-references", "data": {"ids": ids, "at": self._text_length}}
            case UnknownDelta(chunk=chunk):
                part = _content(plain(chunk))
            case Finished() | Stopped() | Broken():
                part = _end(mark)
            case _:
                part = _about_message(mark)
        return part

    def _text(self, mark: PartBegins | PartGrows | PartEnds) -> dict[str, Any]:
        prefix, part = _PREFIXES[mark.kind], str(mark.number)
        match mark:
            case PartGrows(kind, _, text):
                if kind == "text":
                    self._text_length += _utf16_length(text)
                return {"type": f"{prefix}-delta", "id": part, "delta": text}
            case PartBegins():
                return {"type": f"{prefix}-start", "id": part}
            case PartEnds():
                return {"type": f"{prefix}-end", "id": part}

    def _outcome(
        self, call: Call, event: ToolResult | ToolFailure | ApprovalNeeded
    ) -> dict[str, Any]:
        named = {"toolCallId": call.id}
        match event:
            case ToolResult(content=content):
                return {"type": "tool-output-available", **named, "output": plain(content)}
            case ToolFailure(message=message):
                return {"type": "tool-output-error", **named, "errorText": message}
            case ApprovalNeeded(name=name, arguments=arguments) if not self.approvals:
                data = {**named, "toolName": name, "input": arguments}
                return {"type": "data-approval", "id": call.id, "data": data}
            case _:
                return {"type": "tool-approval-request", "approvalId": call.id, **named}


class AISDK6Encoder(AISDKEncoder):
    """The protocol `ai-sdk@6`."""

    approvals = True


def _about_message(mark: Opened | StepBegins | StepEnds | UsageSum) -> dict[str, Any]:
    """Return the part for a mark that is about the message and not its content."""
    match mark:
        case Opened(id=message_id, model=model, created=created):
            metadata = {"createdAt": created * 1000, **({"model": model} if model else {})}
            return {"type": "start", "messageId": message_id, "messageMetadata": metadata}
        case StepBegins():
            return {"type": "start-step"}
        case StepEnds():
            return {"type": "finish-step"}
        case UsageSum(prompt, completion, total):
            tokens = {"inputTokens": prompt, "outputTokens": completion, "totalTokens": total}
            return {"type": "message-metadata", "messageMetadata": {"usage": tokens}}


def _end(mark: Finished | Stopped | Broken) -> dict[str, Any]:
    """Return the last part, before `[DONE]`."""
    match mark:
        case Finished(reason):
            given = {} if reason is None else {"finishReason": _REASONS.get(str(reason), "other")}
            return {"type": "finish", **given}
        case Stopped():
            return {"type": "abort"}
        case Broken(_, sentence):
            return {"type": "error", "errorText": sentence}


def _input(call: Call, *, cut: bool) -> dict[str, Any]:
    """Return the part for a call that has ended."""
    named = {"toolCallId": call.id, "toolName": call.name}
    if not cut:
        with suppress(ValueError):
            return {"type": "tool-input-available", **named, "input": call.value()}
    fault = _CUT if cut else _MALFORMED
    return {"type": "tool-input-error", **named, "input": call.arguments, "errorText": fault}


def _content(chunk: Any) -> dict[str, Any]:
    """Return the part for content that is neither text nor thinking."""
    match chunk:
        case {"type": "image_url", "image_url": str(url) | {"url": str(url)}} if url.startswith(
            "data:image/"
        ):
            media_type = url.removeprefix("data:").partition(",")[0].partition(";")[0]
            return {"type": "file", "url": url, "mediaType": media_type}
        case {"type": "tool_reference", "url": str(url), "title": str(title)}:
            return {"type": "source-url", "sourceId": url, "url": url, "title": title}
        case _:
            return {"type": "data-content", "data": chunk}


def _utf16_length(text: str) -> int:
    """Return the length of a text as JavaScript counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
