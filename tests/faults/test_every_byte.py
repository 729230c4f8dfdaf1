"""Faults at every byte of a short answer, on a socket and by hand.

Wherever it happens: the events that arrived are yielded, once; then a `MistralClientError` is
raised that is also the error of httpx2, with the text of all events.
"""

import json
from itertools import product
from typing import Any

import httpx2
import pytest

from mistralai.client import errors
from mistralai.client._call.retry import Policy
from mistralai.client._call.timeouts import Timeouts
from mistralai.simulator import Simulator, Wire
from support.cases import cases
from support.colours import colour_of
from support.faults import HELD, STREAM, WHOLE, check_class, partial_text, read
from support.flows import DONE, RATE_LIMIT, SILENCE, ByHand, answers, said, sse
from support.naive_sse import read_events
from support.streams import cut_every

pytestmark = pytest.mark.uncounted

TEXTS = ("", "Hel", "lo", "")
HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
WIRE = HEAD + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in STREAM) + b"0\r\n\r\n"
EVERY = {"sync": 1, "asyncio": 7, "trio": 7}
"""Every how many bytes; async costs more, and differs in nothing but the reads."""


def arrived(offset: int) -> int:
    """Return how many events so many bytes of the answer complete, `[DONE]` included."""
    return sum(WIRE.index(piece) + len(piece) <= offset for piece in STREAM)


# --- on a socket -------------------------------------------------------------


def check_broken(outcome: Any, offset: int, cause: type[Exception]) -> None:
    """Check the outcome of a connection that broke after so many bytes."""
    events = arrived(offset)
    assert outcome.texts == TEXTS[:events]
    if events >= WHOLE:
        assert outcome.error is None
        assert outcome.end_reason == ("done" if events == len(STREAM) else "finish_reason_only")
        return
    assert isinstance(outcome.error, cause)
    if offset < len(HEAD):
        assert outcome.stream is None
        assert outcome.error.status_code is None
    else:
        assert isinstance(outcome.error, errors.StreamInterruptedError)
        assert outcome.end_reason == "error"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", EVERY)
def test_a_connection_breaks(name):
    offsets = range(0, len(WIRE) + 1, EVERY[name])
    with cases() as case:
        for ending, cause in [("cut", httpx2.RemoteProtocolError), ("reset", httpx2.ReadError)]:
            with (
                Simulator([Wire([WIRE[:offset]], ending) for offset in offsets]) as sim,
                colour_of(name) as colour,
            ):
                for offset in offsets:
                    with case(f"{ending} after {offset} bytes"):
                        check_broken(read(colour, sim.url, call={"retries": None}), offset, cause)
                assert sim.connections == len(sim.requests) == len(offsets)


# --- by hand, against a clock that stands still ------------------------------

BODY = b"".join(STREAM)
ONCE = Policy(retries=0)


def check_by_hand(
    hand: ByHand, complete: int, error: type[errors.MistralClientError] | None
) -> errors.MistralClientError | None:
    """Check that so many events are delivered, then the error."""
    delivered, raised = hand.stream()
    assert said(delivered) == [text or None for text in TEXTS[:complete]]
    if error is None:
        assert raised is None
        return None
    assert isinstance(raised, error)
    assert raised.events_received == complete
    assert partial_text(raised) == "".join(TEXTS[:complete])
    check_class(raised)
    return raised


def expected(body: bytes, error: type[errors.MistralClientError]) -> tuple[int, type | None]:
    """Return how many events a body completes, and its end where that error follows."""
    complete = 0
    for event in read_events(body).events:
        if event.data == "[DONE]":
            return complete, None
        if event.data and not is_json(event.data):
            return complete, errors.ResponseValidationError
        complete += bool(event.data)
    return complete, error


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_an_error_event_comes():
    """It ends the event that it breaks into, which is bad JSON then."""
    with cases() as case:
        for offset in range(len(BODY) + 1):
            body = BODY[:offset] + b"\n\n"
            with case(f"after {offset} bytes"):
                hand = ByHand(answers(body, sse(RATE_LIMIT)), policy=ONCE)
                check_by_hand(hand, *expected(body, errors.RateLimitError))


def test_an_error_event_comes_and_the_stream_is_asked_for_again():
    with cases() as case:
        for offset in range(len(BODY) + 1):
            body = BODY[:offset] + b"\n\n"
            with case(f"after {offset} bytes"):
                hand = ByHand(answers(body, sse(RATE_LIMIT)), answers(BODY))
                complete, error = expected(body, errors.RateLimitError)
                again = complete <= HELD and error is errors.RateLimitError
                check_by_hand(hand, *((WHOLE, None) if again else (complete, error)))
                assert hand.requests == 1 + again


def test_the_body_ends():
    with cases() as case:
        for size, offset in product((1, 7, len(BODY)), range(len(BODY) + 1)):
            with case(f"after {offset} bytes in pieces of {size}"):
                hand = ByHand(answers(*cut_every(BODY[:offset], size)), policy=ONCE)
                complete, _ = expected(BODY[:offset], errors.StreamTruncatedError)
                error = None if complete >= WHOLE else errors.StreamTruncatedError
                check_by_hand(hand, complete, error)
                assert hand.stream_call.end_reason == end_reason(offset)


def end_reason(offset: int) -> str:
    """Return the end reason of a body of so many bytes; a last `[DONE]` needs no line end."""
    if offset >= len(BODY) - 2:
        return "done"
    return "finish_reason_only" if offset >= len(BODY) - len(DONE) else "truncated"


def test_nothing_more_comes():
    none = {"first_event": None, "idle": None}
    with cases() as case:
        for phase, offset in product(("first_event", "idle", "total"), range(len(BODY) + 1)):
            complete, _ = expected(BODY[:offset], errors.APITimeoutError)
            if phase != "total" and (phase == "idle") != (complete > HELD):
                continue
            with case(f"within {phase} after {offset} bytes"):
                limits = Timeouts(**{**none, phase: 5.0})
                hand = ByHand(answers(BODY[:offset], SILENCE), timeouts=limits)
                over = complete >= WHOLE
                error = check_by_hand(hand, complete, None if over else errors.APITimeoutError)
                assert hand.requests == 1
                if isinstance(error, errors.APITimeoutError):
                    assert (error.phase, error.elapsed) == (phase, 5.0)
