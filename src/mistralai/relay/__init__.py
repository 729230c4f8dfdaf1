"""A relay: one answer, many readers, and an end that every one of them is told.

docs/relay.md is the guide.
"""

from .asgi.answers import Answer, Refused
from .errors import (
    AlreadyRunningError,
    BrokenOffError,
    LeaseLostError,
    MalformedBodyError,
    RelayError,
    StoreUnavailableError,
    UnknownNumberError,
)
from .following import Frames
from .frames import End, Event, Frame, Gap, Opened
from .log import Log
from .memory import MemoryStore
from .redis import RedisStore
from .relay import Relay
from .source import Source
from .store import Store, Writer
from .ui import decisions_from_ui, messages_from_ui

__all__ = [
    "AlreadyRunningError",
    "Answer",
    "BrokenOffError",
    "End",
    "Event",
    "Frame",
    "Frames",
    "Gap",
    "LeaseLostError",
    "Log",
    "MalformedBodyError",
    "MemoryStore",
    "Opened",
    "RedisStore",
    "Refused",
    "Relay",
    "RelayError",
    "Source",
    "Store",
    "StoreUnavailableError",
    "UnknownNumberError",
    "Writer",
    "decisions_from_ui",
    "messages_from_ui",
]
