"""From the bytes of an event to the object that a stream yields: the hot path."""

from typing import Final

from .chunk import CompletionChunk
from .event import CompletionEvent

# Bound once: the class methods `model_validate...` cost more.
_read_chunk: Final = CompletionChunk.__pydantic_validator__.validate_json
_make_event: Final = CompletionEvent.__pydantic_validator__.validate_python


def parse_chunk(data: bytes | bytearray) -> CompletionChunk:
    """Read the data of one event.

    The random padding `p`, which hides the lengths of events on the wire, is dropped
    (wire-format section 5). An error object reads as a chunk without choices; its fields
    are in `model_extra`.

    Args:
        data: JSON in UTF-8.

    Raises:
        pydantic.ValidationError: The data is not a JSON object, or another value is in the place
            of a list or an object.
    """
    chunk: CompletionChunk = _read_chunk(data)
    extra = chunk.__pydantic_extra__
    if extra and extra.pop("p", None) is not None:
        chunk.__pydantic_fields_set__.discard("p")
    return chunk


def event_of(chunk: CompletionChunk) -> CompletionEvent:
    """Return the event of a chunk, which is not copied."""
    event: CompletionEvent = _make_event({"data": chunk})
    return event
