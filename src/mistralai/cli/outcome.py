"""The outcome of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from ..client.models import CompletionEvent
    from ..client.utils.eventstreaming import EventStream

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
