"""The meaning of a failed request for its row and for the run.

- refused: 429, or a service at its capacity. The row is asked again, without counting an attempt;
  the run pauses, and its level falls.
- again: 408, 500, 502, 503, 504, 409 with `Retry-After`, no connection, a broken stream, and the
  same or "too much" inside a stream. The row is asked again, up to `attempts` times.
- fatal: 401, 403, no key. The row fails and the run stops.
- no model: a model that the server does not know. The row fails, and the run stops unless that
  model has answered before.
- failed: everything else. The row fails.
"""

from __future__ import annotations

import enum
from typing import Final

from ..client import errors

_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_CONFLICT: Final = 409
_SERVER_ERROR: Final = 500
_GUARDRAIL: Final = "3201"
_INVALID_MODEL: Final = "1500"


class Verdict(enum.Enum):
    """The meaning of a failed request."""

    REFUSED = "refused"
    AGAIN = "again"
    FAILED = "failed"
    FATAL = "fatal"
    NO_MODEL = "no model"


def verdict(error: errors.MistralClientError) -> Verdict:
    """Return the meaning of a failed request."""
    if is_capacity(error) and error.status_code != 200:
        return Verdict.REFUSED
    if isinstance(error, errors.SDKError):
        return _of_answer(error)
    if isinstance(error, errors.MissingKeyError):
        return Verdict.FATAL
    return Verdict.AGAIN if error.retryable else Verdict.FAILED


def may_pass(error: errors.MistralClientError) -> bool:
    """Return True if the same request may succeed later, as after any 5xx, also of a proxy."""
    again = verdict(error) in {Verdict.AGAIN, Verdict.REFUSED}
    return again or (error.status_code or 0) >= _SERVER_ERROR


def is_capacity(error: errors.MistralClientError) -> bool:
    """Return True if the server says "too much": a rate limit, or no capacity."""
    return isinstance(error, errors.RateLimitError | errors.CapacityExceededError)


def _of_answer(error: errors.SDKError) -> Verdict:
    if isinstance(error, errors.AuthenticationError):
        return Verdict.FATAL
    if isinstance(error, errors.PermissionDeniedError):
        return Verdict.FAILED if _is_guardrail(error) else Verdict.FATAL
    if isinstance(error, errors.NotFoundError) or error.error.code == _INVALID_MODEL:
        return Verdict.NO_MODEL
    return Verdict.AGAIN if _is_retried(error) else Verdict.FAILED


def _is_guardrail(error: errors.SDKError) -> bool:
    """Return True if the content of this row was blocked, rather than the key."""
    return error.error.code == _GUARDRAIL or "guardrail" in error.body.lower()


def _is_retried(error: errors.SDKError) -> bool:
    if is_capacity(error):  # inside a stream
        return True
    status = error.status_code if error.status_code != 200 else error.error.status
    if status is None:  # inside a stream, and without a status of its own
        return isinstance(error, errors.InternalServerError)
    return status in _AGAIN or (status == _CONFLICT and error.retry_after is not None)
