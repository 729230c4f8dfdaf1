from dataclasses import replace
from itertools import product

import httpx2
import pytest

from mistralai.client._call.failure import Kind, TransportFailure
from mistralai.client._call.faults import Progress, transport_error, truncated
from mistralai.client._call.reader import COMPLETIONS
from mistralai.client._call.request import Key, Request
from mistralai.client._call.response import Head
from mistralai.client._http.proxies import Proxy
from mistralai.client.errors import (
    APIConnectionError,
    APITimeoutError,
    MistralClientError,
    ResponseValidationError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from mistralai.client.errors import precise as classes
from mistralai.client.types.secret import Secret
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
    partial=COMPLETIONS.partial,
)
"""Where a call is that has sent its request."""

ANSWERED = replace(START, head=Head(200, RESPONSE.headers, RESPONSE))
HALFWAY = replace(ANSWERED, events=3, elapsed=12.0, since_content=5.04, phase="idle", limit=5.0)


# --- the connection ----------------------------------------------------------

WHOLE = replace(ANSWERED, request=replace(STREAM, stream=False))
BROKEN = fails("broken", httpx2.ReadError)
RESET = fails("broken", ConnectionResetError, "reset")

SENTENCES: dict[str, tuple[TransportFailure, Progress, type[MistralClientError], str]] = {
    "no connection": (
        fails("connect", httpx2.ConnectError, "All connection attempts failed"),
        START,
        classes.ConnectError,
        "could not connect to api.example:8443: All connection attempts failed",
    ),
    "before an answer": (
        fails("broken", httpx2.RemoteProtocolError, "no bytes"),
        START,
        classes.RemoteProtocolError,
        "no answer from api.example:8443: no bytes",
    ),
    "an answer that is no stream": (
        BROKEN,
        WHOLE,
        classes.ReadError,
        "no answer from api.example:8443: gone",
    ),
    **{
        f"a stream after {events} events": (
            BROKEN,
            replace(ANSWERED, events=events),
            classes.StreamReadError,
            f"the connection to api.example:8443 broke after {text}",
        )
        for events, text in (
            (0, "0 events: gone"),
            (1, "1 event: gone. The answer so far is in .partial"),
            (2, "2 events: gone. The answer so far is in .partial"),
        )
    },
    "an exception of the system": (
        RESET,
        START,
        APIConnectionError,
        "no answer from api.example:8443: reset",
    ),
    "an exception of the system in a stream": (
        RESET,
        ANSWERED,
        StreamInterruptedError,
        "the connection to api.example:8443 broke after 0 events: reset",
    ),
    "a certificate": (
        fails("certificate", httpx2.ConnectError, "self-signed certificate"),
        START,
        classes.CertificateError,
        (
            "the certificate of api.example:8443 could not be verified: self-signed certificate."
            " If a private CA issued it, set SSL_CERT_FILE to the certificate of that CA"
        ),
    ),
    "corrupt compression": (
        fails("encoding", httpx2.DecodingError, "bad zlib"),
        ANSWERED,
        ResponseValidationError,
        "the body's compression is corrupt: bad zlib",
    ),
    "no text": (
        fails("broken", httpx2.ReadError, ""),
        START,
        classes.ReadError,
        "no answer from api.example:8443: ReadError",
    ),
}


def test_a_failure_says_where_and_how_far_the_call_came(subtests: pytest.Subtests) -> None:
    for name, (failure, at, cls, text) in SENTENCES.items():
        with subtests.test(name):
            error = transport_error(failure, at)
            assert type(error) is cls
            assert str(error) == text
            answered = at is not START
            assert error.status_code == (200 if answered else None)
            assert error.request_id == ("id-1" if answered else None)
            assert error.raw_response is (RESPONSE if answered else None)
    certificate = SENTENCES["a certificate"]
    assert isinstance(transport_error(*certificate[:2]), httpx2.ConnectError)


def test_what_says_nothing_is_as_good_as_what_it_came_from() -> None:
    for says, reason in (("reset", "reset"), ("", "gone"), (None, "gone")):
        cause, inner, innermost = httpx2.ReadError(says or ""), OSError(), OSError("gone")
        cause.__cause__, inner.__context__ = inner, innermost
        if says is None:
            cause.__cause__, cause.__context__ = None, inner
        error = transport_error(TransportFailure("broken", cause), START)
        assert str(error) == f"no answer from api.example:8443: {reason}", says


# --- limits ------------------------------------------------------------------

TIMEOUTS: dict[str, tuple[Progress, str]] = {
    "connect": (
        replace(START, phase="connect", limit=10.0, elapsed=10.0),
        (
            "no connection to api.example:8443 within 10 s (timeouts.connect);"
            " 10.0 s since the call, 0 events received"
        ),
    ),
    "first_event": (
        replace(START, elapsed=300.5),
        (
            "no event with content since the request was sent within 300 s (timeouts.first_event);"
            " 300.5 s since the call, 0 events received"
        ),
    ),
    "idle": (
        HALFWAY,
        (
            "no event with content since the last one within 5 s (timeouts.idle);"
            " 12.0 s since the call, 3 events received, the last content 5.0 s ago"
        ),
    ),
    "total": (
        replace(HALFWAY, phase="total", limit=12.5, events=1),
        (
            "the answer was not complete within 12.5 s (timeouts.total);"
            " 12.0 s since the call, 1 event received, the last content 5.0 s ago"
        ),
    ),
    "not ours": (
        replace(START, limit=None),
        "no event with content since the request was sent; 0.2 s since the call, 0 events received",
    ),
}


def test_a_limit_that_is_reached_is_named_with_how_far_the_call_came(
    subtests: pytest.Subtests,
) -> None:
    kinds: tuple[Kind, ...] = ("connect_timeout", "timeout")
    for (name, (at, text)), kind in product(TIMEOUTS.items(), kinds):
        with subtests.test(f"{name}, {kind}"):
            error = transport_error(fails(kind, httpx2.TimeoutException), at)
            assert type(error) is APITimeoutError
            assert str(error) == text
            assert error.phase == at.phase
            assert error.elapsed == at.elapsed
            assert error.since_last_event == at.since_content


def test_a_timeout_is_of_the_precise_class_and_says_whose_it_is() -> None:
    for name in ("ConnectTimeout", "PoolTimeout", "ReadTimeout", "WriteTimeout"):
        error = transport_error(fails("timeout", getattr(httpx2, name)), HALFWAY)
        assert type(error) is getattr(classes, name), name
        assert error.raw_response is RESPONSE, name
    at = replace(START, phase="connect", limit=10.0)
    full = transport_error(fails("connect_timeout", httpx2.PoolTimeout, "all busy"), at)
    limit = "within 10 s (timeouts.connect)"
    assert str(full).startswith(f"no connection to api.example:8443 {limit}: all busy; 0.2 s")
    through = fails("connect_timeout", httpx2.ConnectTimeout)
    through.proxy = Proxy(Secret("http://user:secret@proxy:3128"), "HTTPS_PROXY")
    assert str(transport_error(through, at)).startswith(
        "no connection to the proxy http://proxy:3128 within 10 s (timeouts.connect); 0.2 s"
    )
    assert str(transport_error(through, START)).endswith(", through the proxy http://proxy:3128")
    early = fails("timeout", httpx2.ReadTimeout, "5 s")
    early.early = True
    assert str(transport_error(early, HALFWAY)).startswith(
        "no event with content since the last one: the HTTP client's own timeout expired (5 s); 12"
    )


# --- what every error has ----------------------------------------------------

FAILURES = [
    fails("certificate", httpx2.ConnectError),
    fails("connect", httpx2.ConnectError),
    fails("connect_timeout", httpx2.ConnectTimeout),
    fails("timeout", httpx2.ReadTimeout),
    fails("broken", httpx2.ReadError),
    fails("encoding", httpx2.DecodingError),
]


def test_every_failure_becomes_an_error_that_knows_its_cause(subtests: pytest.Subtests) -> None:
    for failure, at in product(FAILURES, (START, HALFWAY)):
        if at is HALFWAY and failure.kind in {"certificate", "connect"}:
            continue
        with subtests.test(f"{failure.kind} {at.phase}"):
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


def test_a_stream_that_is_cut_off_says_so_and_what_to_do() -> None:
    partial = ". The answer so far is in .partial"
    for events, text in ((0, "0 events"), (1, "1 event"), (7, "7 events")):
        error = truncated(replace(HALFWAY, events=events), COMPLETIONS.ending)
        assert type(error) is StreamTruncatedError
        assert str(error) == (
            f"the stream ended after {text} without a finish reason and without [DONE]: the"
            f" answer is truncated{partial if events else ''}; pass strict_end=False to accept"
            " such an end"
        )
        assert error.raw_response is RESPONSE
        assert (error.status_code, error.body) == (200, "")
