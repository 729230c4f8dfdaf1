"""The base of all errors, and the base of the errors that have a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from ...tools import ToolRun, ToolRunAsync
    from ..models.response import ChatCompletionResponse

E = TypeVar("E", bound="MistralClientError")

MESSAGE_LIMIT: Final = 2000
"""Characters of the API's message that the message of an error shows."""

_REQUEST_IDS = ("mistral-correlation-id", "x-kong-request-id", "x-request-id")


# A dataclass for programs that log `dataclasses.fields(error)`; exceptions stay hashable and
# compare by identity.
@dataclass(init=False, repr=False, eq=False)
class MistralClientError(Exception):
    """The base of all errors that a call raises, with a response or without one.

    Attributes:
        message: The message that `str()` returns.
        status_code: The HTTP status; `None` without a response, 200 for an error inside a stream.
        body: The body of the response as text, as far as it was read; empty without a response.
        headers: The headers of the response; empty without a response.
        raw_response: The `httpx2.Response`; `None` without a response, and in pickles and copies.
        request_id: The API's id of the request, to quote in a report.
        partial: The part of the answer that was received, or `None`. Of a conversation it is a
            `ConversationResponse`, which its declared type does not tell.
        events_received: The number of events of the stream that were received.
        run: The run with tools in which it was raised, or `None`; `None` in pickles and copies.
    """

    message: str
    status_code: int | None
    body: str
    headers: Mapping[str, str]
    raw_response: httpx2.Response | None
    request_id: str | None
    partial: ChatCompletionResponse | None
    events_received: int
    run: ToolRun[Any] | ToolRunAsync[Any] | None

    def __init__(
        self, message: str, raw_response: httpx2.Response | None = None, body: str | None = None
    ) -> None:
        # Not super(): for connection errors that is a class of httpx2's, with other arguments.
        Exception.__init__(self, message)
        self.message = message
        self.raw_response = raw_response
        self.status_code = None if raw_response is None else raw_response.status_code
        self.headers = {} if raw_response is None else raw_response.headers
        self.body = _text(raw_response) if body is None else body
        self.request_id = request_id(self.headers)
        self.partial = None
        self.events_received = 0
        self.run = None

    @property
    def retryable(self) -> bool:
        """True if a retry may help; for errors with a status the status decides."""
        return False

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        state = {**self.__dict__, "raw_response": None, "run": None}
        # httpx2's exceptions keep the request, whose headers contain the key.
        if "_request" in state:
            state["_request"] = None
        return _restore, (type(self), self.args, state)


@dataclass(init=False, repr=False, eq=False)
class MistralError(MistralClientError):
    """An error with a response: an error status, or content that is not valid.

    Attributes:
        status_code: The HTTP status, 200 for an error inside a stream.
        raw_response: The `httpx2.Response`. Pickles and copies drop it.
    """

    # Narrower than in the base class; the constructor requires a response.
    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]
    raw_response: httpx2.Response  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self, message: str, raw_response: httpx2.Response, body: str | None = None
    ) -> None:
        super().__init__(message, raw_response, body)


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the API's id of a request from the response headers (wire-format section 8)."""
    for name in _REQUEST_IDS:
        if headers.get(name):
            return headers[name]
    return None


def excerpt(text: str, size: int) -> str:
    """Return the beginning of a text, for a message that has to stay readable."""
    return text if len(text) <= size else f"{text[:size]}…"


def _text(response: httpx2.Response | None) -> str:
    """Return the text of a response, or an empty string if its body was not read."""
    try:
        return "" if response is None else response.text
    except RuntimeError:  # `httpx2.ResponseNotRead`; httpx2 is not imported for it
        return ""


def _restore(cls: type[E], args: tuple[Any, ...], state: dict[str, Any]) -> E:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
