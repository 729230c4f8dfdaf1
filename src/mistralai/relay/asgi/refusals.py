"""Exceptions that are answers: the refusal for each of them."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Final

from ..errors import (
    AlreadyRunningError,
    BrokenOffError,
    MalformedBodyError,
    RelayError,
    UnknownNumberError,
)
from .answers import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

logger: Final = logging.getLogger("mistralai.relay")

UNEXPECTED: Final = Refused(500, "the server failed to answer this request; its log says why")
"""What a client is told about an exception that is none of ours."""

_AWAY: Final = Refused(503, "this server cannot reach its answers at the moment; try again later")

_STATUSES: Final[Mapping[type[Exception], int]] = {
    MalformedBodyError: 400,
    UnknownNumberError: 400,
    AlreadyRunningError: 409,
}
_FRAMEWORKS: Final = ("starlette.exceptions", "litestar.exceptions")


def refusal_of(exc: Exception) -> Refused | None:
    """Return the refusal for an exception, or `None` if it is unexpected.

    The `HTTPException` of a framework counts as one, so that the functions of an application that
    check who asks can be called in `ask` and `may`.
    """
    if isinstance(exc, Refused):
        return exc
    status = _STATUSES.get(type(exc))
    if status is not None:
        return Refused(status, str(exc))
    if isinstance(exc, RelayError) and not isinstance(exc, BrokenOffError):
        logger.warning("a request was answered by 503: %s", exc)
        return _AWAY
    for name in _FRAMEWORKS:
        kind = getattr(sys.modules.get(name), "HTTPException", None)
        if isinstance(kind, type) and isinstance(exc, kind):
            foreign: Any = exc
            return Refused(
                foreign.status_code, str(foreign.detail), headers=dict(foreign.headers or {})
            )
    return None
