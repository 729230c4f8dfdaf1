"""The content of an answer's log: events, each with a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mistralai.client.deltas import RunDelta

EndStatus: TypeAlias = Literal["ended", "stopped", "failed", "truncated", "lost", "missing"]
Status: TypeAlias = Literal["running", "ended", "stopped", "failed", "truncated", "lost", "missing"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The beginning of an answer, the first event of every log.

    Attributes:
        id: The id of the message: the one that `start` was given, else that of the completion.
        model: The model that answers, if it is known.
        created: When the answer began, in seconds since 1970.
    """

    id: str
    model: str | None
    created: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that a reader missed, because the log had dropped them (`max_bytes`).

    Attributes:
        first: The number of the first one.
        last: The number of the last one; reading goes on behind it.
    """

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class End:
    """The end of an answer, the last event of every log.

    Attributes:
        status: `"ended"`: the answer is whole; `"stopped"`: somebody stopped it; `"truncated"`: the
            model's answer broke off; `"failed"`: it ended with an error; `"lost"`: the process that
            produced it died; `"missing"`: there is no such log.
        message: A sentence for the reader where the answer is not whole. It has nothing that the
            server said.
    """

    status: EndStatus
    message: str = ""


Event: TypeAlias = RunDelta | Opened | Gap | End


@dataclass(frozen=True, slots=True)
class Frame:
    """An event and its number in the log of its key, counted from 1.

    A `Gap` has the number of the last event that is missing, and an `End` of a log that is not
    there has the number 0.
    """

    id: int
    event: Event
