"""The event that a stream yields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from .chunk import CompletionChunk
from .elsewhere import HintingModel

__all__ = ["CompletionEvent"]

_PLACES = {
    **{name: f"event.data.{name}" for name in CompletionChunk.model_fields},
    "delta": "event.data.choices[0].delta",
    "content": "event.data.choices[0].delta.content",
    "text": "event.data.choices[0].delta.content",
}


class CompletionEvent(HintingModel):
    """One event of a stream."""

    data: CompletionChunk

    _elsewhere: ClassVar[Mapping[str, str]] = MappingProxyType(
        {name: f"an event's chunk is in `.data`: {place}" for name, place in _PLACES.items()}
    )
