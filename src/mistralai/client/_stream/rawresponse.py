"""The whole answer of a raw call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from .._call.response import EXCERPT
from .._hints import resolve_hints
from ..errors import ResponseValidationError
from ..errors.mistralerror import request_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from .._call.flow import Call
    from .._call.retry import Attempt
    from .._call.timing import Timing

T = TypeVar("T")


class RawResponse:
    """The whole answer of `client.request`, which had a status of success.

    Attributes:
        content: The body, decompressed.
        response: The httpx2 response with this body, or that of the client that was passed.
    """

    __slots__ = ("_call", "content", "response")

    def __init__(self, response: httpx2.Response, content: bytes, call: Call) -> None:
        """Hold an answer. `client.request` makes one.

        Args:
            response: The response.
            content: Its body.
            call: The call that it answers.
        """
        self.response = response
        self.content = content
        self._call = call

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by names in any case."""
        assert self._call.head is not None
        return self._call.head.headers

    @property
    def request_id(self) -> str | None:
        """The API's id of the request, to quote in a report."""
        return request_id(self.headers)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests that were sent."""
        return self._call.attempts

    @property
    def timing(self) -> Timing:
        """The times at which parts of the answer arrived."""
        return self._call.timing

    @property
    def text(self) -> str:
        """The body as text: UTF-8, unless the content type names another encoding."""
        _, _, charset = self.headers.get("content-type", "").lower().partition("charset=")
        try:
            return self.content.decode(charset.partition(";")[0].strip(' "') or "utf-8", "replace")
        except (LookupError, UnicodeError):  # not an encoding that Python knows, or not of text
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the value of the body, which is JSON.

        Raises:
            ResponseValidationError: It is not.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as invalid:
            error = self._invalid("is not JSON", invalid)
        raise error  # not above: its context would be an exception that shows the body

    def parse(self, form: type[T]) -> T:
        """Return the body, which is JSON, as a value of a type.

        Args:
            form: A pydantic model, a `TypedDict`, a dataclass, `list[...]` of one, or any other
                type that pydantic validates.

        Raises:
            ResponseValidationError: The body does not have this form. The message names the
                fields that are wrong.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            value: T = TypeAdapter(form).validate_json(self.content)
        except ValidationError as invalid:
            error = self._invalid(f"is not a {getattr(form, '__name__', form)}", invalid)
        else:
            return value
        raise error

    def _invalid(self, what: str, cause: Exception) -> ResponseValidationError:
        excerpt = self.content[:EXCERPT].decode("utf-8", "replace")
        request = self._call.request
        message = f"the answer of {request.method} {urlsplit(request.shown_url).path} {what}"
        error = ResponseValidationError(message, self.response, cause, body=excerpt)
        self._call.hide_key(error)
        return error

    def __repr__(self) -> str:
        return f"<RawResponse {self.status_code}, {len(self.content)} bytes>"


resolve_hints(__name__)
