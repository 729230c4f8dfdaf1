"""The exit codes, and errors of the command line itself."""

from __future__ import annotations

from typing import Final

OTHER: Final = 1
USAGE: Final = 2
AUTHENTICATION: Final = 3
RATE_LIMIT: Final = 4
CONNECTION: Final = 5
PARTIAL: Final = 6
SOME_FAILED: Final = 7
INTERRUPTED: Final = 130
CLOSED_PIPE: Final = 141
"""The exit codes of `docs/cli.md`. The last two are 128 plus the number of SIGINT and SIGPIPE."""


class CommandError(Exception):
    """An error of the command line itself, with an exit code and a hint."""

    def __init__(self, sentence: str, hint: str = "", *, code: int = OTHER) -> None:
        super().__init__(sentence)
        self.hint = hint
        self.code = code


class UsageError(CommandError):
    """Invalid or contradictory options, detected before anything is sent."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence, hint, code=USAGE)
