"""The outcome of a request, and of a run with tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from ..client.models import CompletionEvent
    from ..client.utils.eventstreaming import EventStream
    from ..tools import ToolRun

CUT_OFF: Final = frozenset({"length", "model_length"})
"""Finish reasons of an answer that was cut off at a limit (wire-format section 5)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a request: a stream, an error, or both.

    Attributes:
        stream: The stream, read as far as it came; `None` if none began.
        error: The error that ended it: a `MistralClientError`, or a `KeyboardInterrupt` for Ctrl-C.
    """

    stream: EventStream[CompletionEvent] | None
    error: BaseException | None = None

    @property
    def text(self) -> str:
        """The text received."""
        return "" if self.stream is None else text_of(self.stream.message.content)


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The outcome of a run.

    Attributes:
        run: The run, read as far as it came; `None` if none began.
        asked: The number of messages that it began with.
        error: The error that ended it: a `MistralClientError`, or a `KeyboardInterrupt` for Ctrl-C.
    """

    run: ToolRun[Any] | None
    asked: int
    error: BaseException | None = None

    @property
    def text(self) -> str:
        """The text of the last answer."""
        return "" if self.run is None else self.run.text

    @property
    def finish_reason(self) -> str | None:
        """The finish reason of the last answer."""
        return self.run.steps[-1].finish_reason if self.run is not None and self.run.steps else None

    @property
    def usage(self) -> dict[str, Any] | None:
        """The tokens of all answers, in the format of the API."""
        used = None if self.run is None else self.run.usage
        return None if used is None else used.model_dump(mode="json", by_alias=True)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The new messages in the format of the API, after which the user may speak."""
        if self.run is None:
            return []
        new = self.run.messages_for("")[self.asked : -1]
        return [each if isinstance(each, dict) else _plain(each) for each in new]


def text_of(content: object) -> str:
    """Return the text of a message's content without its thinking, from objects or plain data."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(map(_text_of_part, cast("list[object]", content)))


def _text_of_part(part: object) -> str:
    if isinstance(part, dict):
        text = cast("dict[str, object]", part).get("text")
    else:
        text = getattr(part, "text", None)
    return text if isinstance(text, str) else ""


def _plain(message: Any) -> dict[str, Any]:
    plain: dict[str, Any] = message.model_dump(mode="json", by_alias=True, exclude_none=True)
    return plain
