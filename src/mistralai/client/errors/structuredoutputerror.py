"""The error for an answer that does not have the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .responsevalidationerror import ResponseValidationError

if TYPE_CHECKING:
    import httpx2


@dataclass(init=False, repr=False, eq=False)
class StructuredOutputError(ResponseValidationError, ValueError):
    """The model's text is not the JSON that `parse` or `parse_stream` asked for.

    `body` is the whole text; `cause` is the validation error, if there is one.

    Attributes:
        finish_reason: The reason why the answer ended: `"length"` means that it reached a limit of
            tokens before it was complete.
    """

    finish_reason: str | None

    def __init__(
        self,
        message: str,
        raw_response: httpx2.Response,
        cause: BaseException | None = None,
        body: str | None = None,
        *,
        finish_reason: str | None = None,
    ) -> None:
        super().__init__(message, raw_response, cause, body)
        self.finish_reason = finish_reason
