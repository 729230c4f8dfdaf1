"""What each failure comes to: an exit code, a sentence, a hint."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..client import errors
from .escapes import harmless, one_line
from .failure import (
    AUTHENTICATION,
    CONNECTION,
    INTERRUPTED,
    OTHER,
    PARTIAL,
    RATE_LIMIT,
    USAGE,
    CommandError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST: Final = 600  # characters of a sentence
_FOR_PROGRAMS: Final = re.compile(r"\.? What (arrived|was read) is in \.partial(; strict_end=.*)?")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table: what a class of errors comes to."""

    kind: type[Exception]
    code: int
    hint: str = ""
    only: Callable[[Exception], bool] = lambda _: True


def _is_connecting(error: Exception) -> bool:
    return isinstance(error, errors.APITimeoutError) and error.phase == "connect"


_DOCTOR: Final = "`mistralai doctor` looks for the reason."

_KEY: Final = "Set MISTRAL_API_KEY to a key of https://console.mistral.ai, or try --simulate."

_TABLE: Final = (
    _Row(errors.MissingKeyError, AUTHENTICATION, _KEY),
    _Row(errors.AuthenticationError, AUTHENTICATION, _KEY),
    _Row(errors.PermissionDeniedError, AUTHENTICATION, "Ask for the right, or use another key."),
    _Row(errors.CapacityExceededError, RATE_LIMIT, "Try again later, or another model with -m."),
    _Row(errors.RateLimitError, RATE_LIMIT, "Wait a little, or raise the limit of the workspace."),
    _Row(errors.NotFoundError, OTHER, "`mistralai models` lists the models; see --server-url too."),
    _Row(errors.APITimeoutError, CONNECTION, _DOCTOR, _is_connecting),
    _Row(errors.APITimeoutError, PARTIAL, "--timeout gives it more time."),
    _Row(errors.IncompleteStreamError, PARTIAL, "The answer is not whole: ask again."),
    _Row(errors.APIConnectionError, CONNECTION, _DOCTOR),
    _Row(errors.HTTPValidationError, OTHER, "Look at the options that you gave."),
    _Row(errors.ResponseValidationError, OTHER, "See whether --server-url is right."),
    _Row(errors.MistralClientError, OTHER),
    _Row(UnicodeError, OTHER),
    _Row(ValueError, USAGE, "`--help` lists the options."),
    _Row(TypeError, USAGE, "`--help` lists the options."),
    _Row(OSError, OTHER),
)
"""From the particular to the general: the first line that fits counts."""


def exit_code(error: BaseException) -> int:
    """The exit code for what stopped a command."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, CommandError):
        return error.code
    row = _row(error)
    return OTHER if row is None else row.code


def sentence(error: BaseException) -> str:
    """What happened, and what to do about it, in a line."""
    if isinstance(error, KeyboardInterrupt):
        return "stopped"
    said = one_line(_said(error)) or type(error).__name__
    if len(said) > _LONGEST:
        said = f"{said[:_LONGEST]}…"
    hint = _hint(error)
    end = "" if said.endswith((".", ":", "!", "?", "…")) or not hint else "."
    return f"{said}{end} {hint}".strip()


def details(error: BaseException) -> str:
    """The traceback, harmless."""
    return harmless("".join(traceback.format_exception(error)))


def _row(error: BaseException) -> _Row | None:
    return next(
        (row for row in _TABLE if isinstance(error, row.kind) and row.only(error)),
        None,
    )


def _hint(error: BaseException) -> str:
    if isinstance(error, CommandError):
        return error.hint
    row = _row(error)
    return "" if row is None else row.hint


def _said(error: BaseException) -> str:
    """The error's own sentence, without what it says to programs."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    text = _FOR_PROGRAMS.sub("", str(error))
    if isinstance(error, errors.SDKError | errors.MissingKeyError):
        text = text.replace(error.hint, "")
    if isinstance(error, errors.SDKError) and error.error.message:  # the body has no more to say
        text = text.partition(" Body: ")[0]
    return text
