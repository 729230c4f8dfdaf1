"""The errors of a run. Those of single rows are in its output instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .stats import Stats


class BulkError(Exception):
    """The base of the errors of a run."""


class InputError(BulkError, ValueError):
    """The input cannot be used: a bad line, a duplicate id, or a file that cannot be read.

    Attributes:
        number: The number of the line, from 1, or `None` if the error is not about a line.
    """

    def __init__(self, message: str, number: int | None = None) -> None:
        super().__init__(message)
        self.number = number

    def __reduce__(self) -> tuple[type[InputError], tuple[str, int | None]]:
        return type(self), (str(self), self.number)


class ResumeError(BulkError, ValueError):
    """The output belongs to another run, or one that is still going on; nothing was changed."""


class MissingExtraError(BulkError, ImportError):
    """A package that is not installed is needed for this input, output or engine."""


class OutputError(BulkError, OSError):
    """The output cannot be written. Rows that are in it stay, and the run can be continued."""


class TooManyErrorsError(BulkError):
    """More rows failed than `Limits.max_errors` allows. The run can be continued.

    Attributes:
        stats: The figures of the run when it stopped.
    """

    def __init__(self, message: str, stats: Stats) -> None:
        super().__init__(message)
        self.stats = stats

    def __reduce__(self) -> tuple[type[TooManyErrorsError], tuple[str, Stats]]:
        return type(self), (str(self), self.stats)
