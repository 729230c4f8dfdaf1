"""The result of a check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..escapes import one_line
from ..failure import OTHER
from ..failures import DOCTOR, exit_code, sentence


class State(Enum):
    """The state that a check found."""

    OK = "ok"
    NOTE = "note"
    FAILED = "FAIL"
    SKIPPED = "-"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check.

    Attributes:
        name: The name of the check.
        state: The state that it found.
        message: One line that describes it, without the key.
        code: The exit code if the check failed.
    """

    name: str
    state: State
    message: str
    code: int = OTHER

    @classmethod
    def of(cls, name: str, error: Exception) -> Finding:
        """Return the finding for an error, without the advice to call the doctor."""
        message = sentence(error).removesuffix(DOCTOR).rstrip()
        return cls(name, State.FAILED, message, exit_code(error))

    def __str__(self) -> str:
        return f"{self.state.value:4}  {self.name:7}  {one_line(self.message)}"
