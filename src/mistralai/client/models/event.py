"""The event that a stream yields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from ..types.basemodel import BaseModel
from .chunk import CompletionChunk
from .elsewhere import Hinting

__all__ = ["CompletionEvent"]

_PLACES = {
    **{name: f"event.data.{name}" for name in CompletionChunk.model_fields},
    "delta": "event.data.choices[0].delta",
    "content": "event.data.choices[0].delta.content",
    "text": "event.data.choices[0].delta.content",
}


class CompletionEvent(Hinting, BaseModel):
    """One event of a stream."""

    data: CompletionChunk

    _elsewhere: ClassVar[Mapping[str, str]] = MappingProxyType(
        {name: f"an event's chunk is in `.data`: {place}" for name, place in _PLACES.items()}
    )
