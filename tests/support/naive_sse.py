"""A slow, plain reader of whole event streams, to compare a decoder with.

Written from the WHATWG HTML standard, sections 9.2.5 "Parsing an event stream" and 9.2.6
"Interpreting an event stream", step by step, on text that is already complete. It does not import
the package.
"""

from typing import NamedTuple


class Event(NamedTuple):
    """The fields of one dispatched event."""

    event: str
    data: str
    id: str
    retry: int | None


class Reading(NamedTuple):
    """The events of a body, and the state of an event source after it."""

    events: list[Event]
    last_event_id: str
    retry: int | None


def read_events(body: bytes) -> Reading:
    """Read the events that `body` completes."""
    events: list[Event] = []
    last_event_id = ""  # the string of the event source: set by a dispatch
    reconnection_time = None
    data = event_type = id_buffer = ""
    retry = None  # the retry of the event in progress

    for line in complete_lines(body):
        if line == "":
            last_event_id = id_buffer
            if data != "":
                events.append(Event(event_type or "message", data[:-1], last_event_id, retry))
            data = event_type = ""
            retry = None
            continue
        # A comment, which begins with a colon, has an empty name, and no field has that name.
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event_type = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            id_buffer = value
        elif name == "retry" and value != "" and all(c in "0123456789" for c in value):
            retry = reconnection_time = int(value)
    return Reading(events, last_event_id, reconnection_time)


def complete_lines(body: bytes) -> list[str]:
    """Decode `body` and return its terminated lines."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
