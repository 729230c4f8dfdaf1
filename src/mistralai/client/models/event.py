"""The event that a stream yields."""

from ..types.basemodel import BaseModel
from .chunk import CompletionChunk

__all__ = ["CompletionEvent"]


class CompletionEvent(BaseModel):
    """One event of a stream."""

    data: CompletionChunk
