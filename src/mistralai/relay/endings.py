"""The ends of answers, and the sentences that readers are told: never the words of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from mistralai.client import errors

from .errors import RelayError
from .frames import End

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDED: Final = End("ended")
STOPPED: Final = End("stopped", "The answer was stopped.")
SHUT_DOWN: Final = End("stopped", "The server was shut down.")
LOST: Final = End("lost", "The process that wrote the answer died.")
MISSING: Final = End("missing", "There is no such answer.")

_SENTENCES: Final[Iterable[tuple[tuple[type[BaseException], ...], End]]] = (
    (
        (errors.IncompleteStreamError,),
        End("truncated", "The answer broke off: the connection to the model was lost."),
    ),
    ((errors.APITimeoutError,), End("failed", "The model did not answer in time.")),
    ((errors.APIConnectionError,), End("failed", "The model could not be reached.")),
    (
        (errors.RateLimitError, errors.CapacityExceededError),
        End("failed", "The model has too much to do at the moment; try again later."),
    ),
    (
        (errors.AuthenticationError, errors.PermissionDeniedError, errors.MissingKeyError),
        End("failed", "This server may not use the model."),
    ),
    (
        (errors.InternalServerError, errors.ResponseValidationError),
        End("failed", "The model answered with an error."),
    ),
    ((errors.MistralError,), End("failed", "The model refused the request.")),
    ((errors.MistralClientError,), End("failed", "The answer ended with an error.")),
    ((RelayError,), End("failed", "The answer could not be stored.")),
)
FAILED_BY_MODEL: Final = End("failed", "The model answered with an error.")

_OTHERWISE: Final = End("failed", "The application ended the answer with an error.")


def end_of(error: BaseException) -> End:
    """Return the end of an answer that an exception ended; of a group, its first one counts."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return end_of(group.exceptions[0])
    return next((end for classes, end in _SENTENCES if isinstance(error, classes)), _OTHERWISE)
