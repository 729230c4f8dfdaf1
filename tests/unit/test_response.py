import json
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.client._call.response import (
    EXCERPT,
    Head,
    parse_json,
    read_error_body,
    status_error,
    unexpected,
)
from mistralai.client.errors import (
    BadRequestError,
    CapacityExceededError,
    HTTPValidationError,
    InternalServerError,
    MistralError,
    NotFoundError,
    PermissionDeniedError,
    ResponseValidationError,
    SDKError,
)
from support.errorbodies import (
    COMPLAINTS,
    NOW,
    SHAPES,
    as_status,
    body_of,
    details,
    head,
    in_stream,
)

# --- the shapes of error bodies ----------------------------------------------


def test_every_shape_is_read_in_an_answer_with_an_error_status(subtests: pytest.Subtests) -> None:
    for shape in SHAPES:
        with subtests.test(shape.name):
            error = as_status(400 if shape.says else 422, shape.payload)
            assert type(error) is not SDKError
            if shape.says:
                assert details(error) == shape.says
                assert shape.says.message is None or str(error).startswith(
                    shape.says.message.rstrip(".")
                )
            else:
                check_complaints(error)
            assert error.body == json.dumps(shape.payload)


def test_every_shape_is_read_inside_a_stream(subtests: pytest.Subtests) -> None:
    for shape in SHAPES:
        with subtests.test(shape.name):
            error = in_stream(shape.payload, mistral_correlation_id="id-1")
            assert type(error) is shape.inside
            if shape.says:
                assert details(error) == shape.says
            else:
                check_complaints(error)
            assert error.status_code == 200
            assert error.request_id == "id-1"
            assert error.body == json.dumps(shape.payload)


def test_a_list_of_fields_is_a_sentence_in_other_errors_too() -> None:
    error = as_status(400, {"detail": COMPLAINTS})
    assert details(error).message == SENTENCE
    assert str(error).startswith(f"{SENTENCE} (status 400)")


SENTENCE = (
    "messages.0.user.content.str is {'type': 'text'}; it should be a valid string;"
    " temperature is 9; it should be less than or equal to 1.5"
)


def check_complaints(error: MistralError) -> None:
    """Check that both complaints are in the data and, as field and reason, in the message."""
    assert isinstance(error, HTTPValidationError)
    listed = error.data.detail
    assert listed is not None
    assert [item.model_dump(exclude_unset=True) for item in listed] == COMPLAINTS
    assert str(error) == SENTENCE


NOT_ERRORS = [
    None,
    [],
    "error",
    1,
    {},
    {"id": "1", "choices": [], "object": "chat.completion.chunk"},
    {"object": "list", "data": []},
    {"message": "", "detail": [], "error": None},
    [{"object": "error"}],
]


def test_what_is_not_an_error_body_is_none(subtests: pytest.Subtests) -> None:
    for payload in NOT_ERRORS:
        with subtests.test(payload=payload):
            assert read_error_body(payload) is None


STATUSES = [
    ({"raw_status_code": 503}, 503),
    ({"raw_status_code": None, "status": 403}, 403),
    ({"raw_status_code": 200, "status": 404}, 404),
    ({"status": 200}, None),
    ({"status": 399}, None),
    ({"status": 400}, 400),
    ({"status": 599}, 599),
    ({"status": 600}, None),
    ({"status": "403"}, None),
    ({"status": True}, None),
]


def test_only_an_error_status_counts_as_one(subtests: pytest.Subtests) -> None:
    for payload, status in STATUSES:
        with subtests.test(payload=payload):
            found = read_error_body({"object": "error", **payload})
            assert found is not None
            assert found.details.raw_status_code == status


def test_a_code_that_is_an_error_status_counts_as_one_inside_a_stream() -> None:
    cases: list[tuple[dict[str, Any], type[MistralError]]] = [
        ({"code": 400}, BadRequestError),
        ({"code": "404"}, NotFoundError),
        ({"code": 422}, HTTPValidationError),
        ({"code": 499}, SDKError),
        ({"code": "503"}, InternalServerError),
        ({"code": 599}, InternalServerError),
        ({"code": 429, "message": "Service tier capacity exceeded"}, CapacityExceededError),
        ({"code": 400, "status": 403}, PermissionDeniedError),
        ({"code": "400", "detail": COMPLAINTS}, BadRequestError),
        ({"code": 399}, BadRequestError),  # by its first digit, as the API's own codes
        ({"code": 600}, InternalServerError),
        ({"code": "4000"}, InternalServerError),
        ({"code": "429 "}, InternalServerError),
        ({"code": 429.5}, InternalServerError),
    ]
    for payload, cls in cases:
        error = in_stream({"error": {"message": "No", **payload}})
        assert (type(error), error.status_code) == (cls, 200), payload


def test_the_payload_is_left_as_it_was() -> None:
    payload = {"error": {"message": "no"}}
    read_error_body(payload)
    assert payload == {"error": {"message": "no"}}


# --- bodies that are no JSON, and worse --------------------------------------


def test_a_page_of_html_is_an_error_of_its_status_with_an_excerpt() -> None:
    page = b"<html>\n<h1>Bad  gateway</h1>" + b"x" * 200_000
    error = status_error(head(502, content_type="text/html"), page, NOW)
    assert type(error) is InternalServerError
    assert str(error).startswith("Bad Gateway (status 502). Body: <html> <h1>Bad gateway</h1>xxx")
    assert len(str(error)) < 600
    assert error.body == page.decode()


def test_a_message_is_short_whatever_the_body(subtests: pytest.Subtests) -> None:
    for status in [422, 500]:
        with subtests.test(status=status):
            many = {"detail": [{"loc": ["body", "x"], "msg": "no"}] * 10_000}
            for body in (b"x" * 200_000, body_of(many), body_of({"message": "x" * 200_000})):
                assert len(str(status_error(head(status), body, NOW))) < 2700


def test_bytes_that_are_not_text_are_shown_as_far_as_they_are() -> None:
    error = status_error(head(500), b"caf\xe9 \xff", NOW)
    assert error.body == "caf\ufffd \ufffd"


def test_a_body_that_is_not_json_is_read_as_nothing(subtests: pytest.Subtests) -> None:
    for body in [b"", b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000]:
        with subtests.test(body=body[:20]):
            assert parse_json(body) is None
            assert type(status_error(head(400), body, NOW)) is BadRequestError


ODD_DETAILS = [
    [{"loc": None, "msg": "no"}],
    [{"loc": "body", "msg": "no"}],
    [{"loc": 5, "msg": None}],
    [{"loc": [None, {}], "msg": ["no"]}],
    [{"type": 5}],
    [{}],
    [None, "no", 5],
    {"loc": ["x"], "msg": "no"},
    5,
    "no",
]


def test_a_list_that_is_not_as_documented_is_an_error_of_the_right_class(
    subtests: pytest.Subtests,
) -> None:
    for detail in ODD_DETAILS:
        with subtests.test(detail=detail):
            for payload in ({"detail": detail}, {"object": "error", "message": {"detail": detail}}):
                error = as_status(422, payload)
                assert isinstance(error, HTTPValidationError)
                assert str(error)
                assert "no" not in str(detail) or "no" in str(error)
                assert type(as_status(400, payload)) is BadRequestError
                assert isinstance(in_stream(payload), MistralError)


words = ["object", "error", "message", "detail", "reason", "code", "type", "param", "loc", "msg"]
names = st.sampled_from([*words, "raw_status_code", "status"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5)
)


@pytest.mark.uncounted
@settings(max_examples=200, derandomize=True, deadline=None)
@given(json_values, st.sampled_from([400, 422, 429, 503]))
def test_whatever_a_body_says_it_is_an_error_of_this_package(payload: object, status: int) -> None:
    # Invariant: any JSON is read as an error with a status, and where it reads as an error
    # body, as one inside a stream; the result is always a MistralError.
    error = as_status(status, payload)
    assert isinstance(error, HTTPValidationError if status == 422 else SDKError)
    assert str(error)
    assert repr(error)
    if read_error_body(payload) is not None:
        assert isinstance(in_stream(payload), MistralError)


# --- the rest of an error ----------------------------------------------------


def test_an_error_has_the_wait_that_the_answer_asks_for() -> None:
    for error in (
        as_status(429, {"message": "No"}, retry_after="7"),
        in_stream({"message": "No"}, retry_after="7"),
    ):
        assert isinstance(error, SDKError)
        assert error.retry_after == 7
    without = as_status(429, {"message": "No"})
    assert isinstance(without, SDKError)
    assert without.retry_after is None


REQUEST_IDS = [
    ({"mistral_correlation_id": "a", "x_kong_request_id": "b"}, "a"),
    ({"x_kong_request_id": "b", "x_request_id": "c"}, "b"),
    ({"x_request_id": "c"}, "c"),
    ({"mistral_correlation_id": "", "x_request_id": "c"}, "c"),
    ({}, None),
]


def test_an_error_has_the_id_of_its_request(subtests: pytest.Subtests) -> None:
    for headers, request_id in REQUEST_IDS:
        with subtests.test(headers=headers):
            assert as_status(500, {}, **headers).request_id == request_id


def test_headers_that_are_not_ascii_stay_what_they_are() -> None:
    for encoding in ("latin-1", "utf-8"):
        headers = [(b"x-name", "\u00fc".encode(encoding)), (b"content-encoding", b"gzip")]
        raw = httpx2.Response(500, headers=headers, stream=httpx2.ByteStream(b"unread"))
        error = status_error(Head(500, raw.headers, raw), b"no", NOW)
        assert error.raw_response.headers["x-name"] == "\u00fc", encoding
        assert (error.raw_response.text, error.headers.get("content-encoding")) == ("no", None)


# --- a 200 with another body -------------------------------------------------


def test_an_error_object_in_place_of_an_answer_is_the_error_that_it_describes(
    subtests: pytest.Subtests,
) -> None:
    for shape in SHAPES:
        with subtests.test(shape.name):
            body = body_of(shape.payload)
            error = unexpected(head(content_type="application/json"), body, "x", NOW)
            assert type(error) is shape.inside


LABELS = {
    "labelled": ({"content_type": "text/html; charset=utf-8"}, "text/html; charset=utf-8"),
    "unlabelled": ({}, "no content type"),
}


def test_another_body_is_named_by_its_label(subtests: pytest.Subtests) -> None:
    for name, (headers, label) in LABELS.items():
        with subtests.test(name):
            body = b"<html>" + b"x" * 10_000
            error = unexpected(head(**headers), body, "an event stream", NOW)
            assert type(error) is ResponseValidationError
            assert str(error) == (
                f"the server answered 200 with {label}, not an event stream;"
                " is server_url the address of a chat API?"
            )
            assert error.status_code == 200
            assert error.body == body[:EXCERPT].decode()
