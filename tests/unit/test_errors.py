import re

import httpx2
import pytest

from mistralai.client import errors, models
from mistralai.client.errors import precise as precise_module
from mistralai.client.errors.precise import precise
from support.interpreter import modules_after
from support.madeerrors import CLASSES, complaints, make, response

# --- the tree -----------------------------------------------------------------


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


TRANSPORT = [
    (errors.APIConnectionError, httpx2.TransportError),
    (errors.APITimeoutError, httpx2.TimeoutException),
    (errors.IncompleteStreamError, httpx2.TransportError),
    (errors.StreamInterruptedError, httpx2.TransportError),
    (errors.StreamTruncatedError, httpx2.TransportError),
]


def test_connection_errors_are_httpx2s_too(subtests: pytest.Subtests) -> None:
    for cls, theirs in TRANSPORT:
        with subtests.test(cls.__name__):
            assert issubclass(cls, theirs)
            with pytest.raises(theirs):
                raise make(cls)


def test_every_mistral_error_has_a_response_and_no_other_error_has() -> None:
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


# --- the combined classes -----------------------------------------------------


TIMEOUTS = ["ConnectTimeout", "PoolTimeout", "ReadTimeout", "WriteTimeout"]
BROKEN = ["ConnectError", "ReadError", "WriteError", "CloseError", "LocalProtocolError"]
BROKEN += ["RemoteProtocolError", "ProxyError", "UnsupportedProtocol"]


COMBINED = [
    *((errors.APITimeoutError, name, name) for name in TIMEOUTS),
    *((errors.APIConnectionError, name, name) for name in BROKEN),
    (errors.StreamInterruptedError, "ReadError", "StreamReadError"),
    (errors.StreamInterruptedError, "RemoteProtocolError", "StreamProtocolError"),
]


def test_an_error_of_httpx2_finds_the_class_that_is_both(subtests: pytest.Subtests) -> None:
    for ours, theirs, name in COMBINED:
        with subtests.test(name):
            cls = precise(ours, getattr(httpx2, theirs)("x"))
            assert cls is getattr(precise_module, name)
            assert issubclass(cls, ours)
            assert issubclass(cls, getattr(httpx2, theirs))


WITHOUT_COMBINED = [
    (errors.APIConnectionError, OSError("x")),
    (errors.APIConnectionError, httpx2.TransportError("x")),
    (errors.APITimeoutError, httpx2.TimeoutException("x")),
    (errors.APITimeoutError, httpx2.ReadError("x")),
    (errors.StreamInterruptedError, httpx2.WriteError("x")),
]


def test_where_no_class_is_both_it_is_ours(subtests: pytest.Subtests) -> None:
    for ours, original in WITHOUT_COMBINED:
        with subtests.test(ours=ours.__name__, original=original):
            assert precise(ours, original) is ours


def test_every_transport_error_of_httpx2_has_a_class_that_is_both() -> None:
    abstract = {"TransportError", "TimeoutException", "NetworkError", "ProtocolError"}
    theirs = {
        name
        for name, cls in vars(httpx2).items()
        if isinstance(cls, type) and issubclass(cls, httpx2.TransportError)
    }
    own_streams = {"SSEError"}  # of httpx2's own event-stream reader, which is not used
    assert theirs - abstract - own_streams == {*TIMEOUTS, *BROKEN}


# --- sentences ----------------------------------------------------------------


HINTS = [
    (errors.AuthenticationError, 401, "Set MISTRAL_API_KEY or pass a valid key as api_key."),
    (errors.NotFoundError, 404, "Check the name of the model or the id, and server_url."),
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
]


def test_an_error_says_what_to_do(subtests: pytest.Subtests) -> None:
    for cls, status, hint in HINTS:
        with subtests.test(cls.__name__):
            error = cls("No way.", response(status), '{"a":\n  1}')
            assert str(error) == f'No way (status {status}). {hint} Body: {{"a": 1}}'
            assert error.hint == hint


def test_an_error_says_what_the_api_calls_it() -> None:
    details = errors.ErrorDetails("No", "3230", "invalid_request", "messages", 400)
    error = errors.BadRequestError("No", response(400), "", error=details)
    text = "No (status 400, code 3230, type invalid_request, param messages)."
    assert str(error) == text


def test_the_error_for_a_missing_key_says_what_to_do() -> None:
    error = errors.MissingKeyError()
    assert str(error) == f"there is no API key. {error.hint}"
    assert "MISTRAL_API_KEY" in error.hint
    assert isinstance(error, ValueError)
    assert not isinstance(error, errors.MistralError)


def test_a_long_body_is_cut_in_the_message_alone(subtests: pytest.Subtests) -> None:
    for size, shown in [(500, 500), (501, 501), (10**6, 501)]:
        with subtests.test(size=size):
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


# --- which of them are retryable ----------------------------------------------


RETRYABLE = {"APIConnectionError", "IncompleteStreamError", "StreamInterruptedError"}
RETRYABLE |= {"StreamTruncatedError", "StreamReadError", "StreamProtocolError", *BROKEN}
RETRYABLE -= {"LocalProtocolError", "UnsupportedProtocol"}


def test_a_connection_error_is_retryable_unless_a_retry_would_change_nothing(
    subtests: pytest.Subtests,
) -> None:
    for cls in CLASSES:
        with subtests.test(cls.__name__):
            assert make(cls).retryable == (cls.__name__ in RETRYABLE)


def test_a_timeout_is_retryable_only_before_there_was_a_connection(
    subtests: pytest.Subtests,
) -> None:
    for phase in ["connect", "first_event", "idle", "total"]:
        with subtests.test(phase=phase):
            assert errors.APITimeoutError("x", phase=phase).retryable == (phase == "connect")
