"""The shapes of the API's error bodies (wire-format section 7), each with its details."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2

from mistralai.client._call.response import Head, read_error_body, status_error, stream_error
from mistralai.client.errors import (
    BadRequestError,
    CapacityExceededError,
    ErrorDetails,
    HTTPValidationError,
    InternalServerError,
    MistralError,
    PermissionDeniedError,
    RateLimitError,
    SDKError,
)

NOW = 1_700_000_000.0

COMPLAINTS = [
    {
        "type": "string_type",
        "loc": ["body", "messages", 0, "user", "content", "str"],
        "msg": "Input should be a valid string",
        "input": {"type": "text"},
    },
    {
        "type": "less_than_equal",
        "loc": ["body", "temperature"],
        "msg": "Input should be less than or equal to 1.5",
        "input": 9,
        "ctx": {"le": 1.5},
        "url": "https://errors.example/less_than_equal",
    },
]


@dataclass(frozen=True)
class Shape:
    """One error body.

    Attributes:
        name: For the report of a test.
        payload: The body, as JSON.
        says: Its details in `.error`, or `None` for a body that lists fields.
        inside: The class of the error that it is inside a stream.
    """

    name: str
    payload: dict[str, Any]
    inside: type[MistralError]
    says: ErrorDetails | None = field(default_factory=ErrorDetails)


def _flat(message: Any, code: Any, **others: Any) -> dict[str, Any]:
    return {"object": "error", "message": message, "param": None, "code": code, **others}


SHAPES = [
    Shape(
        "1: code",
        _flat("Rate limit exceeded", "1300", type="rate_limited"),
        RateLimitError,
        ErrorDetails("Rate limit exceeded", "1300", "rate_limited"),
    ),
    Shape(
        "1: raw status",
        _flat("Rate limit exceeded", "1300", type="rate_limited", raw_status_code=429),
        RateLimitError,
        ErrorDetails("Rate limit exceeded", "1300", "rate_limited", raw_status_code=429),
    ),
    Shape(
        "1: param",
        _flat("Unexpected role", "3230", type="invalid_request_message_order")
        | {"param": "messages"},
        BadRequestError,
        ErrorDetails("Unexpected role", "3230", "invalid_request_message_order", "messages"),
    ),
    Shape(
        "2: no code",
        _flat("Service tier capacity exceeded for this model.", None, type="invalid_request_error"),
        CapacityExceededError,
        ErrorDetails(
            "Service tier capacity exceeded for this model.", type="invalid_request_error"
        ),
    ),
    Shape(
        "2: a number for a code",
        _flat("Service unavailable.", 1000, type="internal_server_error"),
        InternalServerError,
        ErrorDetails("Service unavailable.", "1000", "internal_server_error"),
    ),
    Shape(
        "2: guardrails",
        {**_flat("Guardrail evaluation failed", 3201), "object": "Error", "guardrails": []},
        PermissionDeniedError,
        ErrorDetails("Guardrail evaluation failed", "3201"),
    ),
    Shape(
        "3: a list of fields inside the message",
        _flat({"detail": COMPLAINTS}, None, type="invalid_request_error", raw_status_code=422),
        HTTPValidationError,
        None,
    ),
    Shape("4: a list of fields", {"detail": COMPLAINTS}, HTTPValidationError, None),
    Shape(
        "5: detail",
        {"detail": "Invalid API Key"},
        InternalServerError,
        ErrorDetails("Invalid API Key"),
    ),
    Shape(
        "6: the gateway's",
        {"message": "Unauthorized", "request_id": "5eb63bbbe01eeed093cb22bb8f5acdc3"},
        InternalServerError,
        ErrorDetails("Unauthorized"),
    ),
    Shape(
        "7: inside error",
        {
            "error": {"message": "Content blocked by guardrail", "status": 403},
            "guardrails": {"results": {"jailbreak": {"blocked": True}}},
        },
        PermissionDeniedError,
        ErrorDetails("Content blocked by guardrail", raw_status_code=403),
    ),
    Shape(
        "7: error is a word, with a reason",
        {"error": "overloaded", "reason": "no worker is free"},
        InternalServerError,
        ErrorDetails("no worker is free"),
    ),
    Shape(
        "7: error is a sentence",
        {"error": "no worker is free"},
        InternalServerError,
        ErrorDetails("no worker is free"),
    ),
    Shape(
        "8: the status for a code",
        {"error": {"message": "No", "type": "BadRequestError", "param": None, "code": 400}},
        BadRequestError,
        ErrorDetails("No", "400", "BadRequestError"),
    ),
    Shape(
        "8: the status for a code, as text",
        {"error": {"message": "Slow", "type": "None", "param": "None", "code": "429"}},
        RateLimitError,
        ErrorDetails("Slow", "429", "None", "None"),
    ),
    Shape("no message", {"object": "error"}, InternalServerError),
    Shape(
        "an error without fields",
        {"error": {"code": 3505}},
        CapacityExceededError,
        ErrorDetails(code="3505"),
    ),
]
"""Every shape, with the variants that were seen or are documented."""


# --- the errors that they are -------------------------------------------------


def head(status: int = 200, **headers: str) -> Head:
    """Return the head of an answer; `_` in the name of a header becomes `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(status, headers=given)
    return Head(status, response.headers, response)


def body_of(payload: object) -> bytes:
    """Return a payload as JSON."""
    return json.dumps(payload).encode()


def as_status(status: int, payload: object, **headers: str) -> MistralError:
    """Return the error that a payload is with an error status."""
    return status_error(head(status, **headers), body_of(payload), NOW)


def in_stream(payload: object, **headers: str) -> MistralError:
    """Return the error that a payload is inside a stream."""
    found = read_error_body(payload)
    assert found is not None
    return stream_error(found, head(**headers), body_of(payload), NOW)


def details(error: MistralError) -> ErrorDetails:
    """Return the details of an error that the API described."""
    assert isinstance(error, SDKError)
    return error.error
