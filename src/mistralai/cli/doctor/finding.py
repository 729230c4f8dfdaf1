"""What a check gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..escapes import one_line
from ..failure import OTHER
from ..failures import exit_code, sentence


class State(Enum):
    """How a check ended."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "FAIL"
    LEFT_OUT = "-"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check gives.

    Attributes:
        name: What was looked at.
        state: How it is.
        said: What was found, in a line, without the key.
        code: The exit code, where it is bad.
    """

    name: str
    state: State
    said: str
    code: int = OTHER

    @classmethod
    def of(cls, name: str, error: Exception) -> Finding:
        """The finding that an error is."""
        return cls(name, State.BAD, sentence(error), exit_code(error))

    def __str__(self) -> str:
        return f"{self.state.value:4}  {self.name:7}  {one_line(self.said)}"
