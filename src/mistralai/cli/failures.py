"""The exit code, the sentence and the hint for each class of errors."""

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

_MAX_LENGTH: Final = 600  # characters of a sentence
_FOR_PROGRAMS: Final = re.compile(r"\.? [A-Z][^.]* \.partial\b.*")
"""The end of a message that tells a program where the partial answer is."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table: the exit code and hint of a class of errors."""

    kind: type[Exception]
    code: int
    hint: str = ""
    only: Callable[[Exception], bool] = lambda _: True


def _is_connecting(error: Exception) -> bool:
    return isinstance(error, errors.APITimeoutError) and error.phase == "connect"


DOCTOR: Final = "`mistralai doctor` diagnoses the cause."

_KEY: Final = "Set MISTRAL_API_KEY to a key from https://console.mistral.ai, or use --simulate."

_TABLE: Final = (
    _Row(errors.MissingKeyError, AUTHENTICATION, _KEY),
    _Row(errors.AuthenticationError, AUTHENTICATION, _KEY),
    _Row(errors.PermissionDeniedError, AUTHENTICATION, "Request access, or use another key."),
    _Row(errors.CapacityExceededError, RATE_LIMIT, "Try later, or another model with -m."),
    _Row(errors.RateLimitError, RATE_LIMIT, "Wait, or raise the workspace's limit."),
    _Row(errors.NotFoundError, OTHER, "Check --server-url, and the model with `mistralai models`."),
    _Row(errors.APITimeoutError, CONNECTION, DOCTOR, _is_connecting),
    _Row(errors.APITimeoutError, PARTIAL, "Raise the limit with --timeout."),
    _Row(errors.IncompleteStreamError, PARTIAL, "The answer is incomplete: try again."),
    _Row(errors.APIConnectionError, CONNECTION, DOCTOR),
    _Row(errors.HTTPValidationError, OTHER, "Check the options."),
    _Row(errors.ResponseValidationError, OTHER, "Check --server-url."),
    _Row(errors.MistralClientError, OTHER),
    _Row(UnicodeError, OTHER),
    _Row(ValueError, USAGE, "`--help` lists the options."),
    _Row(TypeError, USAGE, "`--help` lists the options."),
    _Row(OSError, OTHER),
)
"""The first row that matches counts: subclasses come before their bases."""


def exit_code(error: BaseException) -> int:
    """Return the exit code for an error."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, CommandError):
        return error.code
    row = _row(error)
    return OTHER if row is None else row.code


def sentence(error: BaseException) -> str:
    """Return one line that describes an error and says what to do about it."""
    if isinstance(error, KeyboardInterrupt):
        return "stopped"
    text = one_line(_message(error)) or type(error).__name__
    if len(text) > _MAX_LENGTH:
        text = f"{text[:_MAX_LENGTH]}…"
    hint = _hint(error)
    if not hint:
        return text
    end = "" if text.endswith((".", ":", "!", "?", "…")) else "."
    return f"{text}{end} {hint}"


def details(error: BaseException) -> str:
    """Return the traceback, with control characters escaped."""
    return harmless("".join(traceback.format_exception(error)))


def _row(error: BaseException) -> _Row | None:
    return next(
        (row for row in _TABLE if isinstance(error, row.kind) and row.only(error)),
        None,
    )


def _hint(error: BaseException) -> str:
    if isinstance(error, CommandError):
        return error.hint
    if isinstance(error, errors.SDKError) and error.hint != type(error).hint:
        return error.hint  # about this very error
    row = _row(error)
    return "" if row is None else row.hint


def _message(error: BaseException) -> str:
    """Return the error's message without the parts that are meant for programs."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    text = _FOR_PROGRAMS.sub("", str(error))
    if isinstance(error, errors.SDKError | errors.MissingKeyError):
        text = text.replace(error.hint, "")
    if isinstance(error, errors.SDKError) and error.error.message:  # the body repeats it
        text = text.partition(" Body: ")[0]
    return text
