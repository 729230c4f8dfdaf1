import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from mistralai.client import errors, models
from mistralai.client.errors import precise as precise_module
from mistralai.client.errors.precise import precise
from support.interpreter import modules_after
from support.madeerrors import CLASSES, complaints, make, request, response

# --- the tree ----------------------------------------------------------------


def test_the_tree_is_the_one_that_is_drawn() -> None:
    drawn: dict[int, str] = {}
    names: set[str] = set()
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]*)(\w+(?:Error|Exception)) {2,}\S", line)
        if found:
            depth, name = len(found[1]) // 4, found[2]
            names.add(name)
            drawn[depth] = name
            if depth:
                assert getattr(errors, drawn[depth - 1]) in getattr(errors, name).__bases__
    assert names == set(errors.__all__) - {"ErrorDetails", "HTTPValidationErrorData"}


def test_every_public_name_is_the_one_of_its_module() -> None:
    for name in errors.__all__:
        found = getattr(errors, name)
        assert found.__name__ == name
        assert found.__module__.startswith("mistralai.client.errors.")


def test_the_older_paths_give_the_same_classes() -> None:
    assert models.SDKError is errors.SDKError
    assert models.HTTPValidationError is errors.HTTPValidationError
    assert models.HTTPValidationErrorData is errors.HTTPValidationErrorData


def test_the_errors_of_the_api_are_loaded_without_pydantic_and_httpx2() -> None:
    loaded = modules_after("from mistralai.client.errors import SDKError, MistralError")
    assert not loaded & {"pydantic", "httpx2"}


@pytest.mark.parametrize(
    ("cls", "theirs"),
    [
        (errors.APIConnectionError, httpx2.TransportError),
        (errors.APITimeoutError, httpx2.TimeoutException),
        (errors.IncompleteStreamError, httpx2.TransportError),
        (errors.StreamInterruptedError, httpx2.TransportError),
        (errors.StreamTruncatedError, httpx2.TransportError),
    ],
)
def test_connection_errors_are_httpx2s_too(
    cls: type[errors.APIConnectionError], theirs: type[Exception]
) -> None:
    assert issubclass(cls, theirs)
    with pytest.raises(theirs):
        raise make(cls)


def test_an_answer_is_behind_every_mistral_error_and_behind_no_other() -> None:
    answered = {cls for cls in CLASSES if issubclass(cls, errors.MistralError)}
    connection = {cls for cls in CLASSES if issubclass(cls, errors.APIConnectionError)}
    root = {errors.MistralClientError}
    assert root | answered | connection | {errors.NoResponseError, errors.MissingKeyError} == {
        *CLASSES
    }
    assert not answered & connection
    assert not [cls for cls in answered if issubclass(cls, httpx2.TransportError)]
    for cls in answered:
        error = make(cls)
        assert isinstance(error, errors.MistralError)
        assert (error.status_code, error.headers, error.body) == (
            error.raw_response.status_code,
            error.raw_response.headers,
            "the body",
        )


def test_a_mistral_error_is_not_made_without_a_response() -> None:
    for make_one in (errors.MistralError, errors.SDKError, errors.ResponseValidationError):
        with pytest.raises(TypeError, match="raw_response"):
            make_one("What happened")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


# --- the combined classes ----------------------------------------------------

TIMEOUTS = ["ConnectTimeout", "PoolTimeout", "ReadTimeout", "WriteTimeout"]
BROKEN = ["ConnectError", "ReadError", "WriteError", "CloseError", "LocalProtocolError"]
BROKEN += ["RemoteProtocolError", "ProxyError", "UnsupportedProtocol"]
COMBINED = [
    *((errors.APITimeoutError, name, name) for name in TIMEOUTS),
    *((errors.APIConnectionError, name, name) for name in BROKEN),
    (errors.StreamInterruptedError, "ReadError", "StreamReadError"),
    (errors.StreamInterruptedError, "RemoteProtocolError", "StreamProtocolError"),
]


@pytest.mark.parametrize(("ours", "theirs", "name"), COMBINED)
def test_an_error_of_httpx2_finds_the_class_that_is_both(
    ours: type[errors.APIConnectionError], theirs: str, name: str
) -> None:
    cls = precise(ours, getattr(httpx2, theirs)("x"))
    assert cls is getattr(precise_module, name)
    assert issubclass(cls, ours)
    assert issubclass(cls, getattr(httpx2, theirs))


@pytest.mark.parametrize(
    ("ours", "original"),
    [
        (errors.APIConnectionError, OSError("x")),
        (errors.APIConnectionError, httpx2.TransportError("x")),
        (errors.APITimeoutError, httpx2.TimeoutException("x")),
        (errors.APITimeoutError, httpx2.ReadError("x")),
        (errors.StreamInterruptedError, httpx2.WriteError("x")),
    ],
)
def test_where_no_class_is_both_it_is_ours(
    ours: type[errors.APIConnectionError], original: Exception
) -> None:
    assert precise(ours, original) is ours


def test_every_transport_error_of_httpx2_has_a_class_that_is_both() -> None:
    abstract = {"TransportError", "TimeoutException", "NetworkError", "ProtocolError"}
    theirs = {
        name
        for name, cls in vars(httpx2).items()
        if isinstance(cls, type) and issubclass(cls, httpx2.TransportError)
    }
    own_streams = {"SSEError"}  # of httpx2's reader of events, which is not used
    assert theirs - abstract - own_streams == {*TIMEOUTS, *BROKEN}


# --- errors made by hand, as the generated SDK's are -------------------------


def test_an_error_takes_what_it_does_not_get_from_the_response() -> None:
    given = response(json={"message": "No"})
    error = errors.MistralError("What happened", given)
    assert error.status_code == 429
    assert error.body == '{"message":"No"}'
    assert error.headers is given.headers
    assert error.raw_response is given
    assert error.request_id == "id-1"
    assert (error.partial, error.events_received) == (None, 0)


@pytest.mark.parametrize(
    ("cls", "given"),
    [
        (errors.MistralError, {"message": "x"}),
        (errors.SDKError, {"message": "x"}),
        (errors.HTTPValidationError, {"data": complaints()}),
        (errors.ResponseValidationError, {"message": "x"}),
    ],
)
def test_an_error_takes_the_generated_sdks_arguments_by_name_and_in_its_order(
    cls: Callable[..., errors.MistralError], given: dict[str, Any]
) -> None:
    # As tests of libraries make it: the response is any object with these three.
    given["raw_response"] = SimpleNamespace(status_code=500, headers={"a": "b"}, text="No")
    if cls is errors.ResponseValidationError:
        given["cause"] = ValueError("not a chunk")
    for error in (cls(**given), cls(*given.values()), cls(**given, body=None)):
        assert (error.status_code, error.body, error.headers) == (500, "No", {"a": "b"})
        assert error.raw_response is given["raw_response"]
    for error in (cls(**given, body="another"), cls(*given.values(), "another")):
        assert error.body == "another"


@pytest.mark.parametrize("body", ["another body", ""])
def test_a_body_that_is_given_counts(body: str) -> None:
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


@pytest.mark.parametrize(
    ("complaint", "text"),
    [
        ({"loc": ["body"], "msg": "no"}, "no"),
        ({"loc": ["query", "x"], "msg": "no"}, "query.x: no"),
        ({"loc": [], "msg": "no"}, "no"),
        ({"msg": "no"}, "no"),
        ({"loc": "x", "msg": "no"}, "x: no"),
        ({"loc": None, "msg": None}, ""),
    ],
    ids=repr,
)
def test_a_complaint_says_where_and_what(complaint: dict[str, Any], text: str) -> None:
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


def test_a_timeout_made_by_hand_is_one_of_the_total() -> None:
    error = errors.APITimeoutError("What happened")
    assert (error.phase, error.elapsed, error.since_last_event) == ("total", 0.0, None)


def test_a_connection_error_gives_its_request_where_it_has_one() -> None:
    error = errors.APIConnectionError("What happened")
    with pytest.raises(RuntimeError, match="request"):
        _ = error.request
    error.request = asked = request()
    assert error.request is asked


# --- sentences ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("cls", "status", "hint"),
    [
        (errors.AuthenticationError, 401, "Set MISTRAL_API_KEY or pass a valid key as api_key."),
        (errors.NotFoundError, 404, "Check the name of the model and server_url."),
        (
            errors.RateLimitError,
            429,
            "Send fewer requests or tokens per minute, or raise the limit of the workspace.",
        ),
        (
            errors.CapacityExceededError,
            503,
            "The model is overloaded: try again later or use another model.",
        ),
    ],
)
def test_an_error_says_what_to_do(cls: type[errors.SDKError], status: int, hint: str) -> None:
    error = cls("No way.", response(status), '{"a":\n  1}')
    assert str(error) == f'No way (status {status}). {hint} Body: {{"a": 1}}'
    assert error.hint == hint


def test_an_error_says_what_the_api_calls_it() -> None:
    details = errors.ErrorDetails("No", "3230", "invalid_request", "messages", 400)
    error = errors.BadRequestError("No", response(400), "", error=details)
    text = "No (status 400, code 3230, type invalid_request, param messages)."
    assert str(error) == text


def test_an_error_for_want_of_a_key_says_what_to_do_as_one_for_a_wrong_key_does() -> None:
    error = errors.MissingKeyError()
    assert str(error) == "there is no API key. Set MISTRAL_API_KEY or pass a valid key as api_key."
    assert error.hint == errors.AuthenticationError.hint
    assert isinstance(error, ValueError)
    assert not isinstance(error, errors.MistralError)


@pytest.mark.parametrize(("size", "shown"), [(500, 500), (501, 501), (10**6, 501)])
def test_a_long_body_is_cut_in_the_message_alone(size: int, shown: int) -> None:
    error = errors.SDKError("No", response(500), "x" * size)
    text = str(error).removeprefix("No (status 500). Body: ")
    assert len(text) == shown
    assert text.endswith("…") == (size > 500)
    assert error.body == "x" * size


def test_a_long_message_is_cut() -> None:
    long = errors.SDKError("x" * 5000, response(500))
    assert str(long) == "x" * 2000 + "… (status 500)."
    many = complaints(*[{"msg": "x"}] * 5000)
    assert len(str(errors.HTTPValidationError(many, response(422)))) == 2001


# --- which of them may be tried again ----------------------------------------

RETRYABLE = {"APIConnectionError", "IncompleteStreamError", "StreamInterruptedError"}
RETRYABLE |= {"StreamTruncatedError", "StreamReadError", "StreamProtocolError", *BROKEN}
RETRYABLE -= {"LocalProtocolError", "UnsupportedProtocol"}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_connection_may_be_tried_again_unless_that_would_change_nothing(
    cls: type[errors.MistralClientError],
) -> None:
    assert make(cls).retryable == (cls.__name__ in RETRYABLE)


@pytest.mark.parametrize("phase", ["connect", "first_event", "idle", "total"])
def test_a_timeout_may_be_tried_again_only_before_there_was_a_connection(phase: str) -> None:
    assert errors.APITimeoutError("x", phase=phase).retryable == (phase == "connect")
