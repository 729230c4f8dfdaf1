"""The root of the error tree, and the root of the errors that have an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from ..models import ChatCompletionResponse

E = TypeVar("E", bound="MistralClientError")

_REQUEST_IDS = ("mistral-correlation-id", "x-kong-request-id", "x-request-id")


# A dataclass for those who log `dataclasses.fields(error)`; exceptions stay hashable and
# compare by identity.
@dataclass(init=False, repr=False, eq=False)
class MistralClientError(Exception):
    """Whatever a call can raise once it was made, with an answer or without one.

    Attributes:
        message: The sentence that `str()` gives.
        status_code: The HTTP status of the answer; `None` where there is none, 200 for an
            error inside a stream.
        body: The body of the answer as text, as far as it was read; empty where there is none.
        headers: The headers of the answer; empty where there is none.
        raw_response: The `httpx2.Response`; `None` where there is none, and in pickles and copies.
        request_id: The API's id of the request, to quote in a report.
        partial: What had arrived of the answer, or `None`.
        events_received: Events that had arrived of the stream.
    """

    message: str
    status_code: int | None
    body: str
    headers: Mapping[str, str]
    raw_response: httpx2.Response | None
    request_id: str | None
    partial: ChatCompletionResponse | None
    events_received: int

    def __init__(
        self, message: str, raw_response: httpx2.Response | None = None, body: str | None = None
    ) -> None:
        # Not super(): in the connection errors that is httpx2's, with other arguments.
        Exception.__init__(self, message)
        self.message = message
        self.raw_response = raw_response
        self.status_code = None if raw_response is None else raw_response.status_code
        self.headers = {} if raw_response is None else raw_response.headers
        self.body = _text(raw_response) if body is None else body
        self.request_id = request_id(self.headers)
        self.partial = None
        self.events_received = 0

    @property
    def retryable(self) -> bool:
        """Whether trying again may help, where no status says so."""
        return False

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        state = {**self.__dict__, "raw_response": None}
        # httpx2's exceptions keep the request, whose headers hold the key.
        if "_request" in state:
            state["_request"] = None
        return _restore, (type(self), self.args, state)


@dataclass(init=False, repr=False, eq=False)
class MistralError(MistralClientError):
    """An error that has an answer: one with an error status, or not what was asked for.

    Attributes:
        status_code: The HTTP status, 200 for an error inside a stream.
        raw_response: The `httpx2.Response`. Pickles and copies drop it.
    """

    # Narrower than in the root, where nobody sets them to less than this class promises.
    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]
    raw_response: httpx2.Response  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self, message: str, raw_response: httpx2.Response, body: str | None = None
    ) -> None:
        super().__init__(message, raw_response, body)


def request_id(headers: Mapping[str, str]) -> str | None:
    """The API's id of a request, from the headers of its answer (wire-format section 8)."""
    return next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None)


def excerpt(text: str, size: int) -> str:
    """The beginning of a text, for a message that has to stay readable."""
    return text if len(text) <= size else f"{text[:size]}…"


def _text(response: httpx2.Response | None) -> str:
    """The text of a response, or nothing where its body was not read."""
    try:
        return "" if response is None else response.text
    except RuntimeError:  # httpx2's `ResponseNotRead`, which is not loaded for this
        return ""


def _restore(cls: type[E], args: tuple[Any, ...], state: dict[str, Any]) -> E:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
