from dataclasses import replace
from typing import Any

import httpx2
import pytest

from mistralai.client._call.faults import Progress, TransportFailure, transport_error, truncated
from mistralai.client._call.request import Key, Request
from mistralai.client._call.response import Head
from mistralai.client.errors import (
    APIConnectionError,
    APITimeoutError,
    MistralClientError,
    ResponseValidationError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from mistralai.client.errors import precise as classes
from support.flows import KEY, fails

URL = "https://user:secret@api.example:8443/v1/chat/completions"
STREAM = Request("POST", URL, Key(KEY), stream=True)
HEADERS = {"mistral-correlation-id": "id-1"}
RESPONSE = httpx2.Response(200, headers=HEADERS)
START = Progress(
    request=STREAM,
    head=None,
    events=0,
    elapsed=0.25,
    since_content=None,
    phase="first_event",
    limit=300.0,
)
"""Where a call is that has sent its request."""

ANSWERED = replace(START, head=Head(200, RESPONSE.headers, RESPONSE))
HALFWAY = replace(ANSWERED, events=3, elapsed=12.0, since_content=5.04, phase="idle", limit=5.0)


def sentence(failure: TransportFailure, at: Progress) -> str:
    return str(transport_error(failure, at))


# --- the connection ----------------------------------------------------------


def test_a_connection_that_does_not_come_about_names_the_host() -> None:
    failure = fails("connect", httpx2.ConnectError, "All connection attempts failed")
    error = transport_error(failure, START)
    assert type(error) is classes.ConnectError
    assert str(error) == "could not connect to api.example:8443: All connection attempts failed"
    assert error.status_code is None


def test_a_connection_that_breaks_before_an_answer_says_that_there_was_none() -> None:
    error = transport_error(fails("broken", httpx2.RemoteProtocolError, "no bytes"), START)
    assert type(error) is classes.RemoteProtocolError
    assert str(error) == "no answer from api.example:8443: no bytes"


def test_an_answer_that_is_no_stream_is_broken_off_as_a_connection_error() -> None:
    at = replace(ANSWERED, request=replace(STREAM, stream=False))
    error = transport_error(fails("broken", httpx2.ReadError), at)
    assert type(error) is classes.ReadError
    assert str(error) == "no answer from api.example:8443: gone"
    assert error.request_id == "id-1"


@pytest.mark.parametrize(
    ("events", "text"),
    [
        (0, "broke after 0 events: gone"),
        (1, "broke after 1 event: gone. What arrived is in .partial"),
        (2, "broke after 2 events: gone. What arrived is in .partial"),
    ],
)
def test_a_stream_that_breaks_says_how_far_it_came(events: int, text: str) -> None:
    error = transport_error(fails("broken", httpx2.ReadError), replace(ANSWERED, events=events))
    assert type(error) is classes.StreamReadError
    assert str(error) == f"the connection to api.example:8443 {text}"
    assert (error.status_code, error.request_id) == (200, "id-1")
    assert error.raw_response is RESPONSE


@pytest.mark.parametrize("reason", ["", "gone"])
def test_an_exception_that_says_nothing_is_named(reason: str) -> None:
    assert sentence(fails("broken", httpx2.ReadError, reason), START).endswith(
        f": {reason or 'ReadError'}"
    )


@pytest.mark.parametrize(
    ("says", "reason"),
    [("reset", "reset"), ("", "gone"), (None, "gone")],
)
def test_what_says_nothing_is_as_good_as_what_it_came_from(says: str | None, reason: str) -> None:
    cause, inner, innermost = httpx2.ReadError(says or ""), OSError(), OSError("gone")
    cause.__cause__, inner.__context__ = inner, innermost
    if says is None:
        cause.__cause__, cause.__context__ = None, inner
    error = transport_error(TransportFailure("broken", cause), START)
    assert str(error) == f"no answer from api.example:8443: {reason}"


def test_an_exception_of_the_system_is_a_plain_connection_error() -> None:
    error = transport_error(fails("broken", ConnectionResetError, "reset"), START)
    assert type(error) is APIConnectionError
    error = transport_error(fails("broken", ConnectionResetError, "reset"), ANSWERED)
    assert type(error) is StreamInterruptedError


def test_a_certificate_that_does_not_verify_says_which_and_what_to_set() -> None:
    failure = fails("certificate", httpx2.ConnectError, "self-signed certificate")
    error = transport_error(failure, START)
    assert type(error) is classes.CertificateError
    assert isinstance(error, httpx2.ConnectError)
    assert str(error) == (
        "the certificate of api.example:8443 does not verify: self-signed certificate."
        " If a CA of your own signed it, name its file in SSL_CERT_FILE"
    )


def test_corrupt_compression_is_an_answer_that_is_not_what_was_promised() -> None:
    error = transport_error(fails("encoding", httpx2.DecodingError, "bad zlib"), ANSWERED)
    assert type(error) is ResponseValidationError
    assert str(error) == "the body's compression is corrupt: bad zlib"
    assert error.status_code == 200


# --- limits ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (
            replace(START, phase="connect", limit=10.0, elapsed=10.0),
            (
                "no connection within 10 s (timeouts.connect); 10.0 s since the call,"
                " 0 events received"
            ),
        ),
        (
            replace(START, elapsed=300.5),
            (
                "no event with content since the request was sent within 300 s"
                " (timeouts.first_event); 300.5 s since the call, 0 events received"
            ),
        ),
        (
            HALFWAY,
            (
                "no event with content since the last one within 5 s (timeouts.idle);"
                " 12.0 s since the call, 3 events received, the last content 5.0 s ago"
            ),
        ),
        (
            replace(HALFWAY, phase="total", limit=12.5, events=1),
            (
                "the answer was not complete within 12.5 s (timeouts.total);"
                " 12.0 s since the call, 1 event received, the last content 5.0 s ago"
            ),
        ),
        (
            replace(START, limit=None),
            (
                "no event with content since the request was sent;"
                " 0.2 s since the call, 0 events received"
            ),
        ),
    ],
    ids=["connect", "first_event", "idle", "total", "not ours"],
)
@pytest.mark.parametrize("kind", ["connect_timeout", "timeout"])
def test_a_limit_that_is_reached_is_named_with_how_far_the_call_came(
    at: Progress, text: str, kind: Any
) -> None:
    error = transport_error(fails(kind, httpx2.TimeoutException), at)
    assert type(error) is APITimeoutError
    assert str(error) == text
    assert error.phase == at.phase
    assert error.elapsed == at.elapsed
    assert error.since_last_event == at.since_content


@pytest.mark.parametrize("name", ["ConnectTimeout", "PoolTimeout", "ReadTimeout", "WriteTimeout"])
def test_a_timeout_is_of_the_precise_class(name: str) -> None:
    error = transport_error(fails("timeout", getattr(httpx2, name)), HALFWAY)
    assert type(error) is getattr(classes, name)
    assert error.raw_response is RESPONSE


# --- what every error has ----------------------------------------------------

FAILURES = [
    fails("certificate", httpx2.ConnectError),
    fails("connect", httpx2.ConnectError),
    fails("connect_timeout", httpx2.ConnectTimeout),
    fails("timeout", httpx2.ReadTimeout),
    fails("broken", httpx2.ReadError),
    fails("encoding", httpx2.DecodingError),
]


@pytest.mark.parametrize(
    ("failure", "at"),
    [
        pytest.param(failure, at, id=f"{failure.kind} {at.phase}")
        for failure in FAILURES
        for at in (START, HALFWAY)
        if at is START or failure.kind not in {"certificate", "connect"}
    ],
)
def test_every_failure_becomes_an_error_that_knows_its_cause(
    failure: TransportFailure, at: Progress
) -> None:
    error = transport_error(failure, at)
    assert isinstance(error, MistralClientError)
    assert error.__cause__ is failure.cause
    assert error.body == ""
    if isinstance(error, APIConnectionError):
        assert error.request is failure.cause.request
        assert isinstance(error, type(failure.cause))
    for shown in (repr(error), str(error), repr(vars(error)), repr(failure), repr(at)):
        assert KEY not in shown
        assert "secret" not in shown


def test_a_failure_keeps_what_a_driver_says_of_it() -> None:
    cause = OSError("x")
    failure = TransportFailure("broken", cause)
    assert (failure.kind, failure.cause, failure.stale) == ("broken", cause, False)
    assert failure.args == ("broken", cause)
    assert TransportFailure("broken", cause, stale=True).stale


def test_an_exception_without_a_request_leaves_none() -> None:
    for cause in (httpx2.ReadError("x"), OSError("x")):
        error = transport_error(TransportFailure("broken", cause), START)
        assert isinstance(error, APIConnectionError)
        with pytest.raises(RuntimeError, match="request"):
            _ = error.request


@pytest.mark.parametrize(("events", "text"), [(0, "0 events"), (1, "1 event"), (7, "7 events")])
def test_a_stream_that_is_cut_off_says_so_and_what_to_do(events: int, text: str) -> None:
    error = truncated(replace(HALFWAY, events=events))
    assert type(error) is StreamTruncatedError
    assert str(error) == (
        f"the stream ended after {text} without a finish reason and without [DONE]: the answer"
        " is cut off. What arrived is in .partial; strict_end=False takes it as it is"
    )
    assert error.raw_response is RESPONSE
    assert (error.status_code, error.body) == (200, "")
