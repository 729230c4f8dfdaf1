"""An error of every class, with every attribute set."""

from typing import Any

import httpx2

from mistralai.client import errors
from mistralai.client.errors import precise
from mistralai.client.models import ChatCompletionResponse

KEY = "a-key-that-nobody-may-see"


def response(status: int = 429, **given: Any) -> httpx2.Response:
    """Return a response as a call has it: its request holds the key."""
    given.setdefault("headers", {"mistral-correlation-id": "id-1"})
    return httpx2.Response(status, request=request(), **given)


def request() -> httpx2.Request:
    """Return a request as it is sent, with the key."""
    headers = {"authorization": f"Bearer {KEY}"}
    return httpx2.Request("POST", "https://api.example/v1", headers=headers)


def cause() -> httpx2.ReadError:
    """Return an error of the HTTP library."""
    return httpx2.ReadError("gone", request=request())


def complaints(*listed: dict[str, Any]) -> errors.HTTPValidationErrorData:
    """Return the data of a 422."""
    return errors.HTTPValidationErrorData.model_validate({"detail": listed})


def make(cls: type[errors.MistralClientError]) -> errors.MistralClientError:
    """Return an error of a class, with every attribute set."""
    if issubclass(cls, errors.NoResponseError | errors.MissingKeyError):
        error: errors.MistralClientError = cls("What happened")
    elif issubclass(cls, errors.HTTPValidationError):
        data = complaints({"loc": ["body", "model"], "msg": "What happened", "type": "x"})
        error = cls(data, response(422), "the body")
    elif issubclass(cls, errors.ResponseValidationError):
        error = cls("What happened", response(), cause(), "the body")
    elif issubclass(cls, errors.SDKError):
        details = errors.ErrorDetails("What happened", "1300", "rate_limited", "model", 429)
        error = cls("What happened", response(), "the body", error=details)
        error.retry_after = 7.0
    elif issubclass(cls, errors.APITimeoutError):
        error = cls(
            "What happened", response(), "the body", phase="idle", elapsed=9.5, since_last_event=1.5
        )
    else:
        error = cls("What happened", response(), "the body")
    if isinstance(error, errors.APIConnectionError):
        error.request = request()
    error.events_received = 3
    error.partial = ChatCompletionResponse(id="1", model="m", choices=[])
    error.__cause__ = cause()
    return error


_NAMED = [*(getattr(errors, name) for name in errors.__all__), *vars(precise).values()]
CLASSES = sorted(
    {cls for cls in _NAMED if isinstance(cls, type) and issubclass(cls, errors.MistralClientError)},
    key=lambda cls: cls.__name__,
)
"""Every class of this package's errors, the combined ones included."""
