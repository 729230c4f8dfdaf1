"""Faults of answers."""

from .broken_off import (
    CloseIdle,
    Cut,
    Endless,
    NoDone,
    NoFinalNewline,
    Pings,
    Reset,
    Stall,
    Truncate,
)
from .fault import Fault
from .garbled import (
    BadJson,
    ByteOrderMark,
    Duplicate,
    ErrorEvent,
    Gzip,
    HugeEvent,
    Insert,
    LineEnds,
    SplitUtf8,
    Swap,
)
from .http import ContentType, RateLimits, Redirect, SlowHeaders, Status
from .place import At

__all__ = [
    "At",
    "BadJson",
    "ByteOrderMark",
    "CloseIdle",
    "ContentType",
    "Cut",
    "Duplicate",
    "Endless",
    "ErrorEvent",
    "Fault",
    "Gzip",
    "HugeEvent",
    "Insert",
    "LineEnds",
    "NoDone",
    "NoFinalNewline",
    "Pings",
    "RateLimits",
    "Redirect",
    "Reset",
    "SlowHeaders",
    "SplitUtf8",
    "Stall",
    "Status",
    "Swap",
    "Truncate",
]
