"""The answer is not of the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .responsevalidationerror import ResponseValidationError

if TYPE_CHECKING:
    import httpx2


@dataclass(init=False, repr=False, eq=False)
class StructuredOutputError(ResponseValidationError, ValueError):
    """The model's text is not the JSON that `parse` or `parse_stream` asked for.

    `body` is that text, whole; `cause` says what is wrong, where it is known.

    Attributes:
        finish_reason: Why the answer ended: with `"length"` it had no room to be complete.
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
