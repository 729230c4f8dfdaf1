"""The class of an error of the API."""

import json
from typing import Any

import pytest

from mistralai.client._call.response import status_error
from mistralai.client.errors import (
    AuthenticationError,
    BadRequestError,
    CapacityExceededError,
    ConflictError,
    HTTPValidationError,
    InternalServerError,
    MistralError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    SDKError,
)
from support.errorbodies import NOW, as_status, details, head, in_stream
from support.transcripts import transcript_files

CLASSES = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: SDKError,
    409: ConflictError,
    413: SDKError,
    429: RateLimitError,
    499: SDKError,
    500: InternalServerError,
    501: InternalServerError,
    502: InternalServerError,
    503: InternalServerError,
    529: InternalServerError,
    599: InternalServerError,
}


def test_the_class_is_that_of_the_status(subtests: pytest.Subtests) -> None:
    for status, cls in CLASSES.items():
        with subtests.test(status=status):
            error = as_status(status, {"message": "No."})
            assert type(error) is cls
            assert error.status_code == status
            assert str(error).startswith(f"No (status {status}).")


def test_a_full_service_is_distinguished_from_a_quota(subtests: pytest.Subtests) -> None:
    for status in [400, 429, 500, 503]:
        for payload in [{"code": "3505"}, {"code": 3505}]:
            with subtests.test(status=status, payload=payload):
                error = as_status(status, {"object": "error", **payload})
                assert type(error) is CapacityExceededError


FULL = [
    ("Service tier capacity exceeded for this model.", CapacityExceededError),
    ("SERVICE TIER CAPACITY EXCEEDED", CapacityExceededError),
    ("Your service tier capacity exceeded", RateLimitError),
]


def test_a_full_service_is_known_by_how_its_message_begins(subtests: pytest.Subtests) -> None:
    for message, cls in FULL:
        with subtests.test(message=message):
            assert type(as_status(429, {"message": message})) is cls
            assert type(in_stream({"message": message, "raw_status_code": 429})) is cls


INSIDE_A_STREAM: list[tuple[dict[str, Any], type[MistralError]]] = [
    # In the order of precedence: code, then status, then the kind of code.
    ({"code": "3505", "raw_status_code": 429}, CapacityExceededError),
    ({"code": "3201", "raw_status_code": 500}, PermissionDeniedError),
    ({"code": 3201}, PermissionDeniedError),
    ({"code": "1300", "raw_status_code": 401}, AuthenticationError),
    ({"code": "3000", "raw_status_code": 500}, InternalServerError),
    ({"raw_status_code": 408}, SDKError),
    ({"raw_status_code": 422}, HTTPValidationError),
    ({"error": {"status": 404}}, NotFoundError),
    ({"code": "1300"}, RateLimitError),
    ({"code": 1300}, RateLimitError),
    ({"code": "3000"}, BadRequestError),
    ({"code": 3999}, BadRequestError),
    ({"code": "1000"}, InternalServerError),
    ({"code": None}, InternalServerError),
    ({}, InternalServerError),
]


def test_inside_a_stream_the_class_is_that_of_the_same_error_as_a_status(
    subtests: pytest.Subtests,
) -> None:
    for payload, cls in INSIDE_A_STREAM:
        with subtests.test(payload=payload):
            error = in_stream({"object": "error", **payload})
            assert type(error) is cls
            assert error.status_code == 200


def test_an_error_without_a_message_has_a_sentence_all_the_same(subtests: pytest.Subtests) -> None:
    phrases = {
        400: "Bad Request (status 400).",
        403: "Forbidden (status 403).",
        500: "Internal Server Error (status 500).",
        200: "the server answered with an error (status 200).",
    }
    for status, phrase in phrases.items():
        with subtests.test(status=status):
            error = in_stream({"object": "error"}) if status == 200 else as_status(status, {})
            assert str(error).startswith(phrase)


def test_a_status_without_a_name_is_an_error_like_any_other() -> None:
    error = status_error(head(599), b"", NOW)
    assert str(error) == "the server answered with an error (status 599)."


def test_every_recorded_error_is_read(subtests: pytest.Subtests) -> None:
    for path in transcript_files("errors"):
        with subtests.test(path.stem):
            status = json.loads(path.with_name(f"{path.stem}.meta.json").read_bytes())["status"]
            body = path.read_bytes()
            error = status_error(head(status), body, NOW)
            assert type(error) is (HTTPValidationError if status == 422 else CLASSES[status])
            recorded = json.loads(body)
            if status == 422:
                said = [item["msg"].removeprefix("Input ") for item in recorded["detail"]]
                assert all(each in str(error) for each in said)
            else:
                assert details(error).message == recorded.get("message", recorded.get("detail"))
                assert details(error).code == recorded.get("code")
