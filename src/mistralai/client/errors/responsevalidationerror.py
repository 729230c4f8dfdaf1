"""The answer is not what the API promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .mistralerror import MistralError

if TYPE_CHECKING:
    import httpx2


@dataclass(init=False, repr=False, eq=False)
class ResponseValidationError(MistralError):
    """What arrived is not what the API promises: another content type, bad JSON, no chunk.

    `body` has the bytes that offended as text, cut to a readable length.
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
        """The exception that says what is wrong, mostly pydantic's `ValidationError`."""
        return self.__cause__
