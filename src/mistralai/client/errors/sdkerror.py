"""Errors that the API answered with: one class per status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .details import ErrorDetails
from .mistralerror import MESSAGE_LIMIT, MistralError, excerpt

if TYPE_CHECKING:
    import httpx2

_EXCERPT = 500  # characters of a body that a message shows


@dataclass(init=False, repr=False, eq=False)
class SDKError(MistralError):
    """The API answered with an error, as a status or inside a stream.

    Attributes:
        error: The details in the body: message, code, type, param.
        retry_after: The seconds that the API asked to wait, or `None`.
        hint: Advice on how to fix it, part of the message.
    """

    error: ErrorDetails
    retry_after: float | None
    hint: str = ""

    def __init__(
        self,
        message: str,
        raw_response: httpx2.Response,
        body: str | None = None,
        *,
        error: ErrorDetails | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Make an error.

        Args:
            message: What the API said.
            raw_response: The response.
            body: Its body as text; by default that of `raw_response`.
            error: The details in the body.
            url: The URL of the request, for the message, without credentials.
            hint: Advice on this very error. By default that of its class.
        """
        super().__init__(message, raw_response, body)
        self.error = error or ErrorDetails()
        self.retry_after = None
        if hint is not None:
            self.hint = hint
        self.message = self._sentence(message, url)
        self.args = (self.message,)

    def _sentence(self, message: str, url: str | None) -> str:
        """Return the message: the API's own, its details, the hint and the body."""
        names = {
            "status": self.status_code,
            "code": self.error.code,
            "type": self.error.type,
            "param": self.error.param,
            "url": url,
        }
        facts = ", ".join(f"{name} {value}" for name, value in names.items() if value is not None)
        said = excerpt(message.rstrip("."), MESSAGE_LIMIT)
        parts = [f"{said} ({facts}).".lstrip()] if facts else [f"{said}."]
        if self.hint:
            parts.append(self.hint)
        if body := " ".join(self.body.split()):
            parts.append(f"Body: {excerpt(body, _EXCERPT)}")
        return " ".join(parts)


@dataclass(init=False, repr=False, eq=False)
class BadRequestError(SDKError):
    """400: the request is malformed or invalid."""


@dataclass(init=False, repr=False, eq=False)
class AuthenticationError(SDKError):
    """401: the API key is not valid. Without a key a call raises `MissingKeyError`."""

    hint = "Set MISTRAL_API_KEY or pass a valid key as api_key."


@dataclass(init=False, repr=False, eq=False)
class PermissionDeniedError(SDKError):
    """403: the key does not have the permission, or a guardrail blocked the input (code 3201)."""


@dataclass(init=False, repr=False, eq=False)
class NotFoundError(SDKError):
    """404: the model, the file, job or agent of an id, or the address does not exist."""

    hint = "Check the name of the model or the id, and server_url."


@dataclass(init=False, repr=False, eq=False)
class ConflictError(SDKError):
    """409: the request conflicts with another."""


@dataclass(init=False, repr=False, eq=False)
class RateLimitError(SDKError):
    """429: the caller's quota is used up."""

    hint = "Send fewer requests or tokens per minute, or raise the limit of the workspace."


@dataclass(init=False, repr=False, eq=False)
class CapacityExceededError(SDKError):
    """429 or 503 with code 3505: the service is at capacity, whatever the caller's quota."""

    hint = "The model is overloaded: try again later or use another model."


@dataclass(init=False, repr=False, eq=False)
class InternalServerError(SDKError):
    """5xx: the service failed."""


STATUS_CLASSES: dict[int, type[SDKError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitError,
}


def class_of(status: int) -> type[SDKError]:
    """Return the class of an error status other than 422."""
    if status >= 500:
        return InternalServerError
    return STATUS_CLASSES.get(status, SDKError)
