"""Ways to run the package's decoder."""

from collections.abc import Iterable

from mistralai.client.sse import EventTooLargeError, ServerSentEvent, SSEDecoder
from support.naive_sse import Event


def seen(events: Iterable[ServerSentEvent]) -> list[Event]:
    """Convert events to the form in which expected ones are written."""
    return [Event(event.event, event.data, event.id, event.retry) for event in events]


def outcome(pieces: Iterable[bytes], limit: int) -> tuple[list[Event], bool]:
    """Return the events of `pieces`, and True if one was too large for `limit`."""
    decoder = SSEDecoder(max_event_size=limit)
    events: list[Event] = []
    try:
        for piece in pieces:
            events += seen(decoder.feed(piece))
        decoder.close()
    except EventTooLargeError:
        return events, True
    return events, False
