"""A response: its headers, and the errors in its status and its body."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from ..errors import (
    BadRequestError,
    CapacityExceededError,
    ErrorDetails,
    InternalServerError,
    MistralError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
)
from ..errors.sdkerror import SDKError, class_of
from .retry import retry_after
from .urls import path_advice

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from ..errors import HTTPValidationErrorData

EXCERPT: Final = 2000
"""Bytes of an unexpected body that its error keeps."""

_WRONG_PLACE: Final = frozenset({404, 405})
"""Statuses that an address without this API has."""

_HINTS: Final = {
    407: "Put the credentials into the URL of the proxy, as in http://USER:PASSWORD@HOST:PORT."
}
"""Advice on statuses that have no class."""

_CAPACITY: Final = "service tier capacity exceeded"


@dataclass(frozen=True, slots=True)
class Head:
    """The status and headers of a response.

    Attributes:
        status: The HTTP status.
        headers: The headers, by names in any case.
        raw: The httpx2 response, for errors and for `stream.response`.
        waited: Seconds since the request was sent, if the transport reports when that was.
    """

    status: int
    headers: Mapping[str, str]
    raw: httpx2.Response
    waited: float | None = None

    @property
    def content_type(self) -> str:
        """The content type, for messages."""
        return self.headers.get("content-type", "no content type")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The body of an error, in whichever of its shapes (wire-format section 7).

    Attributes:
        details: The message, code and so on.
        fields: One entry per field of the request that is wrong, if the body lists them.
    """

    details: ErrorDetails
    fields: list[dict[str, Any]] | None = None


def read_error_body(payload: object) -> ErrorBody | None:
    """Return the error in a parsed body, or `None` if it has none of the known shapes."""
    body = _object(payload)
    if body is None:
        return None
    error = body.get("error")
    body |= _object(error) or {}
    message = body.get("message") or body.get("detail") or body.get("reason")
    if isinstance(error, str):
        message = message or error
    if not (message or error or str(body.get("object")).lower() == "error"):
        return None
    inner = _object(message)
    listed = _objects(inner.get("detail") if inner else message)
    details = ErrorDetails(
        message=message if isinstance(message, str) else _sentence(listed),
        code=_text(body.get("code")),
        type=_text(body.get("type")),
        param=_text(body.get("param")),
        raw_status_code=_status(body.get("raw_status_code")) or _status(body.get("status")),
    )
    return ErrorBody(details, listed)


def _object(value: object) -> dict[str, Any] | None:
    return dict(cast("dict[str, Any]", value)) if isinstance(value, dict) else None


def _objects(value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list):
        return None
    items = map(_object, cast("list[object]", value))
    return [item for item in items if item is not None]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _status(value: object) -> int | None:
    return value if isinstance(value, int) and 400 <= value <= 599 else None


def _sentence(fields: list[dict[str, Any]] | None) -> str | None:
    """Return one line for all fields that are wrong."""
    return str(_validation_data(fields)) or None


def _validation_data(fields: list[dict[str, Any]] | None) -> HTTPValidationErrorData:
    from ..errors.httpvalidationerror import HTTPValidationErrorData

    return HTTPValidationErrorData.model_validate({"detail": fields})


def parse_json(body: bytes) -> object:
    """Return the value of a JSON body, or `None` if it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def response_with_body(head: Head, body: bytes) -> httpx2.Response:
    """Return the httpx2 response with a body, for `text` and `json()`.

    Bodies are usually read without the response object, which then does not have them.

    Args:
        head: The headers of the response.
        body: The body, decompressed.
    """
    raw = head.raw
    if _is_read(raw) or not hasattr(raw, "history"):  # another HTTP client's, with fewer attributes
        return raw
    # With these headers httpx2 would decompress the body again.
    dropped = {b"content-encoding", b"content-length"} if "content-encoding" in raw.headers else ()
    headers = [field for field in raw.headers.raw if field[0].lower() not in dropped]
    made = type(raw)(
        raw.status_code,
        headers=headers,
        content=body,
        extensions=raw.extensions,
        history=raw.history,
        default_encoding=raw.default_encoding,
    )
    with suppress(RuntimeError):  # a mocked transport may set none
        made.request = raw.request
    with suppress(RuntimeError):  # the response is not closed
        made.elapsed = raw.elapsed
    return made


def _is_read(response: httpx2.Response) -> bool:
    try:
        return isinstance(getattr(response, "content", None), bytes)
    except RuntimeError:  # httpx2's `ResponseNotRead`
        return False


def status_error(head: Head, body: bytes, wall_time: float, url: str = "") -> MistralError:
    """Return the error for a response with an error status.

    Args:
        head: The headers of the response.
        body: Its body.
        wall_time: The seconds since the epoch, for `Retry-After`.
        url: The URL of the request, without credentials.
    """
    head = replace(head, raw=response_with_body(head, body))
    found = read_error_body(parse_json(body)) or ErrorBody(ErrorDetails())
    return _error(found, head, _decoded(body), wall_time, _class(found, head.status), url=url)


def stream_error(found: ErrorBody, head: Head, body: bytes, wall_time: float) -> MistralError:
    """Return the error for an error object inside a response with status 200.

    It has the class that the same error has as a status; `status_code` stays 200.
    """
    code = found.details.code or ""
    status = found.details.status
    if code == "3201":
        cls: type[SDKError] | None = PermissionDeniedError
    elif status is not None:
        cls = _class(found, status)
    elif found.fields is not None:
        cls = None
    elif code == "1300":
        cls = RateLimitError
    else:
        cls = BadRequestError if code.startswith("3") else InternalServerError
    if _at_capacity(found):
        cls = CapacityExceededError
    return _error(found, head, _decoded(body), wall_time, cls)


def _class(found: ErrorBody, status: int) -> type[SDKError] | None:
    """Return the class for a status, or `None` for `HTTPValidationError`, not an `SDKError`."""
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return None
    return CapacityExceededError if _at_capacity(found) else class_of(status)


def _at_capacity(found: ErrorBody) -> bool:
    message = found.details.message or ""
    return found.details.code == "3505" or message.lower().startswith(_CAPACITY)


def _error(
    found: ErrorBody,
    head: Head,
    body: str,
    wall_time: float,
    cls: type[SDKError] | None,
    *,
    url: str = "",
) -> MistralError:
    if cls is None:
        from ..errors.httpvalidationerror import HTTPValidationError

        return HTTPValidationError(_validation_data(found.fields), head.raw, body)
    message = found.details.message or _phrase(head.status)
    place = url if url and head.status in _WRONG_PLACE else None
    hint = _HINTS.get(head.status) if place is None else path_advice(place)
    error = cls(message, head.raw, body, error=found.details, url=place, hint=hint)
    error.retry_after = retry_after(head.headers, wall_time)
    return error


def _phrase(status: int) -> str:
    with suppress(ValueError):
        if status >= 300:
            return HTTPStatus(status).phrase
    return "the server answered with an error"


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def unexpected(
    head: Head,
    body: bytes,
    wanted: str,
    wall_time: float,
    url: str = "",
    *,
    advice: str = "is server_url the address of a chat API?",
) -> MistralError:
    """Return the error for a response with status 200 whose body is not the wanted one.

    Args:
        head: The headers of the response.
        body: Its body, or the start of it.
        wanted: What was wanted, for the message.
        wall_time: The seconds since the epoch, for `Retry-After`.
        url: The URL of the request, without credentials.
        advice: What to do, unless the URL shows what is wrong.
    """
    head = replace(head, raw=response_with_body(head, body))
    found = read_error_body(parse_json(body))
    if found is not None:
        return stream_error(found, head, body, wall_time)
    advice = path_advice(url) or advice
    return ResponseValidationError(
        f"{url or 'the server'} answered 200 with {head.content_type}, not {wanted};"
        f" {advice.rstrip('.')}",
        head.raw,
        body=_decoded(body[:EXCERPT]),
    )


def unreadable_event(
    head: Head, raw: bytes, wanted: str, invalid: ValueError
) -> ResponseValidationError:
    """Return the error for an event of a stream that is not the wanted one.

    Args:
        head: The headers of the response.
        raw: The data of the event.
        wanted: What its JSON should be, for the message.
        invalid: The error of its validation.
    """
    found = "an event that is not JSON"
    if parse_json(raw) is not None:
        found = f"JSON that is not {wanted}"
    excerpt = _decoded(raw[:EXCERPT])
    message = f"the stream has {found}: {excerpt[:200]}"
    error = ResponseValidationError(message, head.raw, body=excerpt)
    error.__cause__ = invalid
    return error
