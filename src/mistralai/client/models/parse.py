"""From the bytes of an event to the object that a stream hands out: the hot path."""

from typing import Final

from .chunk import CompletionChunk
from .event import CompletionEvent

# Bound once: the class methods that lead to these cost more.
_read_chunk: Final = CompletionChunk.__pydantic_validator__.validate_json
_make_event: Final = CompletionEvent.__pydantic_validator__.validate_python


def parse_chunk(data: bytes | bytearray) -> CompletionChunk:
    """Read one event's data.

    The random padding `p` is dropped: it hides the lengths of events on the wire and
    says nothing (wire-format section 5). An error object reads as a chunk without
    choices; its fields are in `model_extra`.

    Args:
        data: JSON in UTF-8.

    Raises:
        pydantic.ValidationError: It is no JSON object, or it has something else where a
            list or an object should be.
    """
    chunk: CompletionChunk = _read_chunk(data)
    extra = chunk.__pydantic_extra__
    if extra and extra.pop("p", None) is not None:
        chunk.__pydantic_fields_set__.discard("p")
    return chunk


def event_of(chunk: CompletionChunk) -> CompletionEvent:
    """The event of a chunk, which is taken as it is."""
    event: CompletionEvent = _make_event({"data": chunk})
    return event
