"""Errors in the hands of libraries that were written for the generated SDK.

There each `MistralError` has a status.
"""

import socket
from contextlib import contextmanager

import httpx2
import pytest

from mistralai import Timeouts
from mistralai.client import errors
from mistralai.simulator import Answer, Simulator, Wire
from support.colours import ask
from support.serving import ASK, chunk, event

FIRST = event(chunk("Hel"))
SHORT = {"timeouts": Timeouts(first_event=0.2, idle=0.2)}
CONNECT = {"timeouts": Timeouts(connect=0.2)}


def as_a_library_catches(failed):
    """Handle a failed call as a library does; pydantic-ai and others are written like this."""
    try:
        raise failed
    except errors.MistralError as error:
        if error.status_code >= 400:
            return f"status {error.raw_response.status_code}: {error.body}"
        return f"no answer in {error.raw_response.headers['content-type']}"
    except httpx2.TimeoutException:
        return "timeout"
    except httpx2.TransportError:
        return "network"


@contextmanager
def nobody():
    """An address that refuses connections."""
    with Simulator() as sim:
        url = sim.url
    yield url


@contextmanager
def mute():
    """An address of TLS where no handshake is answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def serving(answer):
    """A simulator's address."""
    with Simulator(answer) as sim:
        yield sim.url


STREAM = [False]
BOTH = [False, True]
# What is at the other end, the settings of the call, whether it holds of a whole answer too, and
# what the library makes of it.
CASES = {
    "nobody listens": (nobody, {}, BOTH, "network"),
    "no handshake": (mute, CONNECT, BOTH, "timeout"),
    "closed before the head": (lambda: serving(Wire([], "cut")), {}, BOTH, "network"),
    "no HTTP": (lambda: serving(Wire([b"oops\r\n\r\n"], "cut")), {}, BOTH, "network"),
    "no head": (lambda: serving(Wire([], "hang")), SHORT, BOTH, "timeout"),
    "silence in the body": (
        lambda: serving(Answer(body=[FIRST], ending="hang")),
        SHORT,
        BOTH,
        "timeout",
    ),
    "cut in the body": (lambda: serving(Answer(body=[FIRST], ending="cut")), {}, BOTH, "network"),
    "a stream without its end": (lambda: serving(Answer(body=[FIRST])), {}, STREAM, "network"),
    "an error status": (
        lambda: serving(Answer.of_json({"detail": "no"}, status=401)),
        {},
        BOTH,
        'status 401: {"detail":"no"}',
    ),
    "a wrong field": (
        lambda: serving(Answer.of_json({"detail": []}, status=422)),
        {},
        BOTH,
        'status 422: {"detail":[]}',
    ),
    "an error in the stream": (
        lambda: serving(Answer(body=[FIRST, event({"object": "error", "message": "no"})])),
        {},
        STREAM,
        "no answer in text/event-stream; charset=utf-8",
    ),
    "a page": (
        lambda: serving(Answer(body=[b"<html>"], content_type="text/html")),
        {},
        BOTH,
        "no answer in text/html",
    ),
}


def failure_of(colour, url, settings, *, whole):
    """Return the error that a call raises."""
    client = colour.client(server_url=url, retry_config=None)
    with pytest.raises(errors.MistralClientError) as caught:
        ask(colour, client, whole=whole, **ASK, **settings)
    return caught.value


def check_attributes(error, case):
    """Check that an error has all attributes of an answer, or none."""
    if error.raw_response is None:
        assert not isinstance(error, errors.MistralError), case
        assert (error.status_code, error.body, error.headers) == (None, "", {}), case
    else:
        assert error.status_code == error.raw_response.status_code, case
        assert error.headers == error.raw_response.headers, case


def test_a_failure_is_caught_where_a_library_for_the_generated_sdk_looks_for_it(colour):
    for name, (at, settings, kinds, expected) in CASES.items():
        for whole in kinds:
            case = f"{name}, {'complete' if whole else 'stream'}"
            with at() as url:
                error = failure_of(colour, url, settings, whole=whole)
            assert as_a_library_catches(error) == expected, case
            check_attributes(error, case)
