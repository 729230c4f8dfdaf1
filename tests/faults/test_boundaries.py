"""Each fault that may come anywhere in a stream, before and after each of its events."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from mistralai.client import errors
from mistralai.client._call.timeouts import Timeouts
from mistralai.simulator import Answer, Simulator
from support.errorbodies import SHAPES
from support.fault_table import SOON, TOO_LARGE, events, packed
from support.faults import HELD, STREAM, WHOLE, Outcome, callers_own, quickly, read
from support.flows import sse

TEXTS = ("", "Hel", "lo", "")
RETRIED = (errors.RateLimitError, errors.CapacityExceededError, errors.InternalServerError)


@dataclass(frozen=True)
class Kind:
    """A fault that may come anywhere.

    Attributes:
        after: What a server does that sends some events before it.
        error: What it is to the caller.
        again: Whether the request is sent again, as long as nothing was yielded to the caller.
        harmless: Whether an answer that is complete stays complete.
    """

    after: Callable[..., Answer]
    error: type[errors.MistralClientError]
    again: bool
    harmless: bool = False


def _sends(*pieces: Any, **settings: Any) -> Callable[..., Answer]:
    return lambda *before: Answer(body=[*before, *pieces], **settings)


BROKEN = {
    "cut": Kind(_sends(ending="cut"), errors.StreamInterruptedError, again=True, harmless=True),
    "reset": Kind(_sends(ending="reset"), errors.StreamInterruptedError, again=True, harmless=True),
}
SILENCE = Kind(_sends(ending="hang"), errors.APITimeoutError, again=False, harmless=True)
FRAMED = {
    **BROKEN,
    "a clean end": Kind(_sends(), errors.StreamTruncatedError, again=True, harmless=True),
    "too large": Kind(_sends(TOO_LARGE), errors.ResponseValidationError, again=False),
    "too large after decompression": Kind(
        lambda *before: packed(*before, TOO_LARGE), errors.ResponseValidationError, again=False
    ),
    "corrupt compression": Kind(
        lambda *before: packed(*before, end=b"\xff" * 40),
        errors.ResponseValidationError,
        again=False,
    ),
}
"""Faults that a connection sees."""

WRITTEN = {
    "bad JSON": Kind(_sends(b"data: {oops\n\n"), errors.ResponseValidationError, again=False),
    "no chunk": Kind(_sends(sse([1])), errors.ResponseValidationError, again=False),
    "event: error": Kind(
        _sends(sse({"error": "x", "reason": "y"}, "error")), errors.InternalServerError, again=True
    ),
    "event: error with text": Kind(
        _sends(b"event: error\ndata: overloaded\n\n"), errors.InternalServerError, again=True
    ),
    **{
        f"an error of shape {shape.name}": Kind(
            _sends(sse(shape.payload)), shape.inside, again=shape.inside in RETRIED
        )
        for shape in SHAPES
    },
}
"""Faults in an event, which only the flow sees."""

every_driver = pytest.mark.parametrize("colour", ["sync", "asyncio"], indirect=True)
every_boundary = range(len(STREAM) + 1)


def check(outcome: Outcome, kind: Kind, boundary: int, *, again: bool = False) -> None:
    """Check the outcome of a fault after so many events."""
    if boundary == len(STREAM) or again:
        assert (outcome.error, outcome.texts, outcome.end_reason) == (None, TEXTS, "done")
    elif boundary >= WHOLE and kind.harmless:
        assert (outcome.error, outcome.texts) == (None, TEXTS)
        assert outcome.end_reason == "finish_reason_only"
    else:
        assert isinstance(outcome.error, kind.error)
        assert outcome.texts == TEXTS[:boundary]
        truncated = kind.error is errors.StreamTruncatedError
        assert outcome.end_reason == ("truncated" if truncated else "error")
        assert outcome.error.status_code == 200


def check_delivered(colour, subtests, kinds):
    """Without retries the events that arrived are yielded, and then the error is raised."""
    for name, kind in kinds.items():
        for boundary in every_boundary:
            with subtests.test(f"{name} after {boundary} events"):
                with Simulator(kind.after(*STREAM[:boundary])) as sim:
                    outcome = read(colour, sim.url, call={"retries": 0}, max_event_size=4000)
                    assert len(sim.requests) == 1
                check(outcome, kind, boundary)


def test_what_arrived_is_delivered_and_then_the_error(colour, subtests):
    check_delivered(colour, subtests, FRAMED)


@every_driver
def test_what_arrived_is_delivered_and_then_the_error_of_an_event(colour, subtests):
    check_delivered(colour, subtests, WRITTEN)


def check_retried(colour, subtests, kinds):
    """With retries a stream of which nothing was yielded is requested again."""
    for name, kind in kinds.items():
        for boundary in every_boundary:
            again = kind.again and boundary <= HELD
            with subtests.test(f"{name} after {boundary} events"):
                with Simulator([kind.after(*STREAM[:boundary]), events(*STREAM)]) as sim:
                    call = {"retries": quickly()}
                    outcome = read(colour, sim.url, call=call, max_event_size=4000)
                    assert len(sim.requests) == 1 + again
                check(outcome, kind, boundary, again=again)
                attempts = outcome.stream.attempts
                assert [attempt.status for attempt in attempts] == [200] * (1 + again)
                assert [attempt.delay is None for attempt in attempts] == [False] * again + [True]
                assert (attempts[-1].reason is None) == (outcome.error is None)


def test_a_stream_is_retried_as_long_as_nothing_of_it_was_yielded(colour, subtests):
    check_retried(colour, subtests, FRAMED)


@every_driver
def test_a_stream_is_retried_after_an_error_event_as_long_as_nothing_was_yielded(colour, subtests):
    check_retried(colour, subtests, WRITTEN)


def test_silence_ends_a_stream_by_the_limit_of_where_it_is(colour, subtests):
    for boundary in every_boundary:
        phase = "first_event" if boundary <= HELD else "idle"
        limits = Timeouts(**{"first_event": 30, "idle": 30, phase: SOON})
        with subtests.test(f"after {boundary} events"):
            with Simulator([SILENCE.after(*STREAM[:boundary]), events(*STREAM)]) as sim:
                outcome = read(colour, sim.url, call={"timeouts": limits, "retries": quickly()})
                sim.requests[0].closed.wait()
                assert len(sim.requests) == 1
            check(outcome, SILENCE, boundary)
            if outcome.error is not None:
                assert outcome.error.phase == phase
                assert SOON * 0.99 < outcome.error.elapsed < 10


def test_a_connection_that_breaks_under_tls_is_told_from_an_end(colour, subtests):
    for name, kind in BROKEN.items():
        for boundary in every_boundary:
            with (
                subtests.test(f"{name} after {boundary} events"),
                Simulator(kind.after(*STREAM[:boundary]), tls=True) as sim,
            ):
                context = ssl.create_default_context(cadata=sim.ca_pem.decode())
                with callers_own(colour, verify=context) as own:
                    check(read(colour, sim.url, call={"retries": 0}, **own), kind, boundary)


def test_a_body_that_ends_with_its_connection_is_cut_off_without_its_end(colour, subtests):
    """There HTTP itself knows no difference between a cut and an end."""
    for boundary in every_boundary:
        for ending in ("clean", "cut"):
            answer = Answer(body=STREAM[:boundary], framing="close", ending=ending)
            with subtests.test(f"{ending} after {boundary} events"), Simulator(answer) as sim:
                outcome = read(colour, sim.url, call={"retries": 0})
                check(outcome, FRAMED["a clean end"], boundary)


def test_a_body_of_a_promised_length_that_stays_behind_it_is_interrupted(colour, subtests):
    for boundary in every_boundary:
        answer = Answer(
            body=STREAM[:boundary],
            framing="length",
            headers={"content-length": "9999"},
            ending="cut",
        )
        with subtests.test(f"after {boundary} events"), Simulator(answer) as sim:
            outcome = read(colour, sim.url, call={"retries": 0})
            check(outcome, BROKEN["cut"], boundary)


def _opening(role):
    return sse({"choices": [{"index": 0, "delta": {"role": role, "content": ""}}]})


def test_what_an_attempt_held_is_not_delivered_with_the_next(colour):
    broken = [events(_opening(role), ending="cut") for role in ("a", "b")]
    with Simulator([*broken, events(_opening("c"), *STREAM[1:])]) as sim:
        outcome = read(colour, sim.url, call={"retries": quickly()})
        assert sim.connections == len(sim.requests) == 3
    assert [event.data.choices[0].delta.role for event in outcome.events] == ["c", None, None, None]
    assert outcome.texts == TEXTS


def test_what_was_held_comes_before_the_error_of_a_later_attempt(colour):
    servers = [events(STREAM[0], ending="cut"), Answer(status=503), Answer(status=400)]
    with Simulator(servers) as sim:
        outcome = read(colour, sim.url, call={"retries": quickly()})
    assert outcome.texts == ("",)
    assert type(outcome.error) is errors.BadRequestError
    assert outcome.stream.response.status_code == 400
    assert [attempt.status for attempt in outcome.stream.attempts] == [200, 503, 400]
