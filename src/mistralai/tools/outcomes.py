"""The outcomes of calls, and their content as tool messages."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from pydantic_core import to_json, to_jsonable_python

from mistralai.client import models

if TYPE_CHECKING:
    from mistralai.client.models import ContentChunk

    from .calls import Runnable
    from .context import ToolContext

Content: TypeAlias = "str | list[ContentChunk]"

_CHUNKS: Final = (
    models.AudioChunk,
    models.DocumentURLChunk,
    models.FileChunk,
    models.ImageURLChunk,
    models.ReferenceChunk,
    models.ResourceChunk,
    models.ResourceLinkChunk,
    models.TextChunk,
    models.ThinkChunk,
    models.ToolReferenceChunk,
    models.UnknownContentChunk,
)


@dataclass(frozen=True, slots=True)
class Returned:
    """The value that a tool returned, as the content of its message."""

    content: Content


@dataclass(frozen=True, slots=True)
class Raised:
    """The exception that a tool raised."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A call that took longer than its tool's timeout."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A call that had begun when the run was cancelled."""


Outcome: TypeAlias = Returned | Raised | TimedOut | Interrupted


def invoke(runnable: Runnable, context: ToolContext[Any]) -> Any:
    """Call the function of a tool."""
    args, kwargs = runnable.bound
    name = runnable.tool.context_name
    return runnable.tool.function(*args, **(kwargs if name is None else {**kwargs, name: context}))


def outcome_of(runnable: Runnable, context: ToolContext[Any], max_chars: int) -> Outcome:
    """Run a call in this thread; `max_chars` are the most characters of its result."""
    try:
        value = invoke(runnable, context)
        if inspect.iscoroutine(value):
            value.close()
            name = runnable.tool.name
            message = f"the tool {name!r} returned a coroutine; use run_tools_async()"
            return Raised(TypeError(message))
        return Returned(content_of(value, max_chars))
    except BaseException as error:  # noqa: BLE001 - it is raised where the run is read
        return Raised(error)


def content_of(value: object, limit: int) -> Content:
    """Return a tool's value as the content of its message: text, chunks, or JSON of anything else.

    Args:
        value: The value.
        limit: The most characters of text.

    Raises:
        TypeError: The value cannot be written as JSON.
    """
    if isinstance(value, str):
        return clipped(value, limit)
    if _is_chunk(value):
        value = [value]
    if isinstance(value, list | tuple) and value:
        values = list(cast("Any", value))
        if all(map(_is_chunk, values)):
            return _clipped_chunks(values, limit)
    try:
        text = _json_of(value)
    except ValueError as error:  # pydantic's PydanticSerializationError
        raise TypeError(f"a tool's value cannot be written as JSON: {error}") from error
    return clipped(text, limit)


def _json_of(value: Any) -> str:
    try:
        return to_json(value, inf_nan_mode="strings").decode()
    except ValueError:  # also for halves of surrogate pairs, which `clipped` replaces
        plain = to_jsonable_python(value)
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def clipped(text: str, limit: int) -> str:
    """Return a text, cut behind `limit` characters with a mark that says so.

    Halves of surrogate pairs, as in names of files, are replaced: a request cannot have them.
    """
    if not text.isascii():
        text = text.encode(errors="replace").decode()
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n[cut here: {len(text) - limit} more characters]"


def _is_chunk(value: object) -> bool:
    """Return whether a value is a chunk of content: text, an image, a document and so on."""
    return isinstance(value, _CHUNKS)


def _clipped_chunks(chunks: list[Any], limit: int) -> list[ContentChunk]:
    kept: list[Any] = []
    for chunk in chunks:
        text = getattr(chunk, "text", None)
        if isinstance(text, str):
            kept.append(chunk.model_copy(update={"text": clipped(text, max(limit, 0))}))
            limit -= len(text)
        else:
            kept.append(chunk)
    return kept
