"""The error for a response that is not what the API promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .mistralerror import MistralError

if TYPE_CHECKING:
    import httpx2


@dataclass(init=False, repr=False, eq=False)
class ResponseValidationError(MistralError):
    """The response is not what the API promises: another content type, or invalid JSON.

    `body` has the offending bytes as text, cut to a readable length.
    """

    def __init__(
        self,
        message: str,
        raw_response: httpx2.Response,
        cause: BaseException | None = None,
        body: str | None = None,
    ) -> None:
        super().__init__(f"{message}: {cause}" if cause else message, raw_response, body)
        self.__cause__ = cause

    @property
    def cause(self) -> BaseException | None:
        """The exception with the details, as a rule pydantic's `ValidationError`."""
        return self.__cause__
