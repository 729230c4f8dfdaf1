from types import SimpleNamespace

import httpx2
import pytest

from mistralai.client import errors
from support.madeerrors import complaints, request, response


def test_an_error_takes_what_it_does_not_get_from_the_response() -> None:
    given = response(json={"message": "No"})
    error = errors.MistralError("What happened", given)
    assert error.status_code == 429
    assert error.body == '{"message":"No"}'
    assert error.headers is given.headers
    assert error.raw_response is given
    assert error.request_id == "id-1"
    assert (error.partial, error.events_received) == (None, 0)


ARGUMENTS = [
    (errors.MistralError, {"message": "x"}),
    (errors.SDKError, {"message": "x"}),
    (errors.HTTPValidationError, {"data": complaints()}),
    (errors.ResponseValidationError, {"message": "x"}),
]


def test_an_error_takes_the_generated_sdks_arguments_by_name_and_in_its_order(
    subtests: pytest.Subtests,
) -> None:
    for cls, fields in ARGUMENTS:
        with subtests.test(cls.__name__):
            # Tests of libraries pass any object with these three attributes as the response.
            raw = SimpleNamespace(status_code=500, headers={"a": "b"}, text="No")
            given = {**fields, "raw_response": raw}
            if cls is errors.ResponseValidationError:
                given["cause"] = ValueError("not a chunk")
            for error in (cls(**given), cls(*given.values()), cls(**given, body=None)):
                assert (error.status_code, error.body, error.headers) == (500, "No", {"a": "b"})
                assert error.raw_response is raw
            for error in (cls(**given, body="another"), cls(*given.values(), "another")):
                assert error.body == "another"


def test_a_body_that_is_passed_wins_over_that_of_the_response(subtests: pytest.Subtests) -> None:
    for body in ["another body", ""]:
        with subtests.test(body=body):
            given = response(json={"message": "No"})
            assert errors.MistralError("What happened", given, body).body == body
            assert errors.SDKError(message="x", raw_response=given, body=body).body == body


def test_a_body_that_was_not_read_is_empty() -> None:
    unread = httpx2.Response(500, stream=httpx2.ByteStream(b"x"))
    assert errors.SDKError("What happened", unread).body == ""


def test_an_error_without_a_response_has_no_status() -> None:
    error = errors.MistralClientError("What happened")
    assert (error.status_code, error.body, error.headers) == (None, "", {})
    assert (error.raw_response, error.request_id) == (None, None)


def test_an_sdk_error_made_by_hand_shows_status_and_body() -> None:
    error = errors.SDKError("API error occurred", response(500, json={"message": "No"}))
    assert str(error) == 'API error occurred (status 500). Body: {"message":"No"}'
    assert error.error == errors.ErrorDetails()
    assert error.retry_after is None
    assert str(errors.SDKError("", response(500))) == "(status 500)."


def test_a_validation_error_made_by_hand_shows_its_complaints_or_its_body() -> None:
    data = complaints({"loc": ["body", "messages", 0, "role"], "msg": "no such role", "type": "x"})
    shown = errors.HTTPValidationError(data=data, raw_response=response(422), body="{}")
    assert shown.data is data
    assert str(shown) == "messages.0.role: no such role"
    empty = errors.HTTPValidationErrorData(detail=[])
    assert str(errors.HTTPValidationError(empty, response(422, json={}))) == "{}"
    assert str(errors.HTTPValidationError(empty, response(422))) == "the request is not valid"


COMPLAINTS = [
    ({"loc": ["body"], "msg": "no"}, "no"),
    ({"loc": ["query", "x"], "msg": "no"}, "query.x: no"),
    ({"loc": [], "msg": "no"}, "no"),
    ({"msg": "no"}, "no"),
    ({"loc": "x", "msg": "no"}, "x: no"),
    ({"loc": None, "msg": None}, ""),
]


def test_a_complaint_says_where_and_what(subtests: pytest.Subtests) -> None:
    for complaint, text in COMPLAINTS:
        with subtests.test(complaint=complaint):
            assert str(complaints(complaint)) == text


def test_a_response_validation_error_made_by_hand_names_its_cause() -> None:
    original = ValueError("not a chunk")
    error = errors.ResponseValidationError("Response validation failed", response(200), original)
    assert str(error) == "Response validation failed: not a chunk"
    assert error.cause is original
    assert error.__cause__ is original
    bare = errors.ResponseValidationError("No stream", response(200), body="<html>")
    assert (str(bare), bare.cause, bare.body) == ("No stream", None, "<html>")


def test_a_no_response_error_needs_no_argument() -> None:
    assert str(errors.NoResponseError()) == "No response received"
    assert str(errors.NoResponseError(message="nothing")) == "nothing"


def test_a_timeout_made_by_hand_has_the_phase_total() -> None:
    error = errors.APITimeoutError("What happened")
    assert (error.phase, error.elapsed, error.since_last_event) == ("total", 0.0, None)


def test_a_connection_error_gives_its_request_where_it_has_one() -> None:
    error = errors.APIConnectionError("What happened")
    with pytest.raises(RuntimeError, match="request"):
        _ = error.request
    error.request = asked = request()
    assert error.request is asked
