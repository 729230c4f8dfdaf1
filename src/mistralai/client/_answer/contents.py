"""Content that arrives in pieces: text, thinking and other chunks, without I/O.

Adjacent thinking is one thought whatever `closed` says (wire-format section 5). Text is kept in
pieces and joined when it is read, so that a piece of a long answer costs no more than one of a
short answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from ..models.content import TextChunk, ThinkChunk, UnknownContentChunk
from ..models.messages import AssistantMessage
from .toolcalls import merge

if TYPE_CHECKING:
    from ..models import ContentChunk


class Content:
    """The content of one message so far."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[Text | Thought | BaseModel] = []

    @property
    def text(self) -> str:
        """The text, without thinking."""
        return "".join(part.text for part in self._parts if isinstance(part, Text))

    def value(self) -> str | list[Any]:
        """Return the content of the message: a string if it is only text, else a list of chunks."""
        if all(isinstance(part, Text) for part in self._parts):
            return self.text
        return [part.chunk() if isinstance(part, (Text, Thought)) else part for part in self._parts]

    def add(self, content: Any) -> None:
        """Add the next piece: text, a chunk, or a list of chunks."""
        if isinstance(content, str):
            if content:
                last = self._parts[-1] if self._parts else None
                if not isinstance(last, Text):
                    last = Text()
                    self._parts.append(last)
                last.pieces.append(content)
        elif isinstance(content, list):
            for chunk in cast("list[object]", content):
                self._add_chunk(chunk)
        else:
            self._add_chunk(content)

    def _add_chunk(self, chunk: object) -> None:
        if isinstance(chunk, TextChunk):
            self.add(chunk.text)
        elif isinstance(chunk, ThinkChunk):
            last = self._parts[-1] if self._parts else None
            if not isinstance(last, Thought):
                last = Thought()
                self._parts.append(last)
            last.add(chunk)
        elif isinstance(chunk, UnknownContentChunk) and isinstance(chunk.raw, str):
            self.add(chunk.raw)
        elif isinstance(chunk, BaseModel):
            self._parts.append(chunk)
        else:  # beside a part that is not a chunk the models keep the whole list as it was received
            self._add_chunk(_as_chunk(chunk))


class Text:
    """Text, in the pieces in which it arrived."""

    __slots__ = ("pieces",)

    def __init__(self) -> None:
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        """The text so far. Pieces are joined once, when it is read."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    def chunk(self) -> TextChunk:
        """Return the text as a content chunk."""
        return TextChunk(text=self.text)


class Thought:
    """Thinking so far: text, and references between it."""

    __slots__ = ("_extra", "_parts")

    def __init__(self) -> None:
        self._parts: list[Any] = []
        self._extra: dict[str, Any] = {}

    def add(self, chunk: ThinkChunk) -> None:
        """Add the next piece; its `closed` does not mark the end (wire-format section 5)."""
        for part in chunk.thinking:
            if isinstance(part, TextChunk):
                if not self._parts or not isinstance(self._parts[-1], Text):
                    self._parts.append(Text())
                self._parts[-1].pieces.append(part.text)
            else:
                self._parts.append(part)
        if chunk.signature is not None:
            self._extra["signature"] = chunk.signature
        if chunk.closed is not None:
            self._extra["closed"] = chunk.closed
        if chunk.__pydantic_extra__:
            merge(self._extra, chunk.__pydantic_extra__)

    def chunk(self) -> ThinkChunk:
        """Return the thinking as one content chunk."""
        parts = [part.chunk() if isinstance(part, Text) else part for part in self._parts]
        return ThinkChunk.model_validate({"thinking": parts, **self._extra})


def _as_chunk(value: object) -> ContentChunk:
    """Return the model of one part of a list of chunks."""
    if isinstance(value, dict):
        content = AssistantMessage.model_validate({"content": [value]}).content
        assert isinstance(content, list)
        return content[0]
    return UnknownContentChunk.model_construct(raw=value)
