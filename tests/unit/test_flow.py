from pathlib import Path

import pytest

from mistralai.client._call.retry import Attempt
from mistralai.client._call.steps import Close, Read, Send
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import (
    InternalServerError,
    ResponseValidationError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from support.flows import (
    DONE,
    RATE_LIMIT,
    ROLE,
    SILENCE,
    STOP,
    ByHand,
    Piece,
    Wait,
    answers,
    delta,
    fails,
    said,
    sse,
    text,
)
from support.streams import cut_every, hand_written

# --- an answer that comes whole ----------------------------------------------


def test_a_whole_answer_is_its_body() -> None:
    hand = ByHand(answers(b'{"id"', b': "1"}'), stream=False)
    assert hand.answer() == b'{"id": "1"}'
    assert [type(step) for step in hand.network.steps] == [Send, Read, Read, Read, Close]
    assert hand.call.attempts == (Attempt(200),)


def test_a_stream_is_its_events_in_order() -> None:
    hand = ByHand(answers(ROLE, text("Hello"), text(" world"), STOP, DONE))
    events, error = hand.stream()
    assert said(events) == [None, "Hello", " world", None]
    assert error is None
    assert hand.stream_call.end_reason == "done"
    assert hand.call.attempts == (Attempt(200),)
    assert hand.call.head is not None
    assert hand.call.head.raw.status_code == 200


@pytest.mark.parametrize("path", hand_written(), ids=lambda path: path.stem)
def test_a_stream_gives_the_same_events_wherever_it_is_cut(path: Path) -> None:
    body = path.read_bytes()
    whole = ByHand(answers(body)).stream()
    assert whole.error is None
    for size in (1, 2, 3, 7, 100):
        assert ByHand(answers(*cut_every(body, size))).stream() == whole


def test_an_event_is_ready_as_soon_as_it_came() -> None:
    hand = ByHand(answers(text("a"), Wait(5.0), text("b"), Wait(5.0), STOP, DONE))
    hand.network.run(hand.stream_call.open())
    began = hand.clock.now
    for moment, content in [(0.0, "a"), (5.0, "b"), (10.0, None)]:
        assert said(hand.pump()) == [content]
        assert hand.clock.now - began == moment


def test_events_of_one_read_are_ready_together() -> None:
    hand = ByHand(answers(text("a") + text("b"), SILENCE))
    hand.network.run(hand.stream_call.open())
    assert said(hand.pump()) == ["a", "b"]


def test_an_ended_stream_reads_no_more() -> None:
    hand = ByHand(answers(text("a"), STOP, DONE))
    hand.stream()
    steps = len(hand.network.steps)
    assert hand.pump() == []
    assert len(hand.network.steps) == steps


# --- events that open a stream -----------------------------------------------


def test_events_without_content_are_held_until_one_has_it() -> None:
    empty = delta(content="")
    hand = ByHand(answers(ROLE, Wait(1.0), empty, Wait(1.0), text("a"), SILENCE))
    hand.network.run(hand.stream_call.open())
    assert said(hand.pump()) == [None, None, "a"]
    assert hand.elapsed == 2.0


def test_after_content_an_empty_event_is_not_held() -> None:
    hand = ByHand(answers(text("a"), delta(content=""), SILENCE))
    hand.network.run(hand.stream_call.open())
    assert said(hand.pump()) == ["a"]
    assert said(hand.pump()) == [None]


@pytest.mark.parametrize(
    ("last", "reason"), [((DONE,), "done_only"), ((b"data: [DONE]",), "done_only"), ((), None)]
)
def test_held_events_are_delivered_when_the_stream_ends_without_content(
    last: tuple[bytes, ...], reason: str | None
) -> None:
    hand = ByHand(answers(ROLE, delta(content=""), *last), strict_end=False)
    events, error = hand.stream()
    assert said(events) == [None, None]
    assert error is None
    assert hand.stream_call.end_reason == (reason or "truncated")


# --- how a stream ends -------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ((text("a"), STOP, DONE), "done"),
        ((text("a"), STOP, b"data: [DONE]"), "done"),
        ((text("a"), STOP, b"data: [DONE]\n"), "done"),
        ((text("a"), STOP), "finish_reason_only"),
        ((text("a"), STOP, sse({"choices": [], "usage": {}})), "finish_reason_only"),
        ((text("a"), STOP, b"data: {"), "finish_reason_only"),
        ((text("a"), DONE), "done_only"),
        ((text("a"), text("b", index=1), STOP, DONE), "done_only"),
        ((DONE,), "done_only"),
        ((text("a") + STOP + DONE,), "done"),
    ],
)
def test_a_stream_that_is_whole_ends_without_an_error(body: tuple[bytes, ...], reason: str) -> None:
    hand = ByHand(answers(*body))
    assert hand.stream().error is None
    assert hand.stream_call.end_reason == reason
    assert hand.call.attempts == (Attempt(200),)


@pytest.mark.parametrize(
    "body",
    [
        (text("a"),),
        (text("a"), b"data: {"),
        (text("a"), text("b", index=1), STOP),
        (text("a"), b"data: [DON"),
    ],
)
def test_a_stream_that_is_cut_off_is_an_error_after_its_events(body: tuple[bytes, ...]) -> None:
    hand = ByHand(answers(*body))
    events, error = hand.stream()
    assert said(events)[0] == "a"
    assert type(error) is StreamTruncatedError
    assert error.events_received == len(events)
    assert error.partial is not None
    assert error.partial.choices[0].message.content == "a"
    assert hand.stream_call.end_reason == "truncated"
    assert hand.requests == 1
    [attempt] = hand.call.attempts
    assert attempt.reason is not None
    assert attempt.reason.startswith("StreamTruncatedError: the stream ended after")


def test_a_cut_may_be_taken_as_it_is() -> None:
    hand = ByHand(answers(text("a")), strict_end=False)
    events, error = hand.stream()
    assert (said(events), error) == (["a"], None)
    assert hand.stream_call.end_reason == "truncated"


def test_a_stream_that_its_caller_closes_has_ended() -> None:
    hand = ByHand(answers(text("a"), SILENCE))
    hand.network.run(hand.stream_call.open())
    hand.pump()
    hand.stream_call.mark_closed()
    assert hand.stream_call.end_reason == "closed"
    assert hand.stream_call.error is None
    assert hand.call.attempts == (Attempt(200),)
    hand.stream_call.mark_closed()
    assert hand.call.attempts == (Attempt(200),)


def test_closing_a_stream_that_has_ended_changes_nothing() -> None:
    hand = ByHand(answers(text("a"), STOP, DONE))
    hand.stream()
    hand.stream_call.mark_closed()
    assert hand.stream_call.end_reason == "done"


@pytest.mark.parametrize("after", [fails("broken"), text("late")], ids=["broken", "an event"])
def test_a_read_that_ends_after_the_stream_was_closed_brings_nothing(after: Piece) -> None:
    # As when another thread closes it while this one waits.
    hand = ByHand(answers(text("a"), Wait(1.0), after))
    hand.network.run(hand.stream_call.open())
    hand.pump()
    waiting = hand.stream_call.pump()
    assert isinstance(next(waiting), Read)
    hand.stream_call.mark_closed()
    with pytest.raises(StopIteration):
        waiting.throw(after) if isinstance(after, Exception) else waiting.send(after)
    assert hand.stream_call.end_reason == "closed"
    assert hand.stream_call.error is None


@pytest.mark.parametrize("body", [(text("a"), STOP, DONE), (text("a"), fails("broken"))])
def test_a_stream_that_is_closed_while_it_ends_is_closed(body: tuple[Piece, ...]) -> None:
    hand = ByHand(answers(*body))
    hand.network.run(hand.stream_call.open())
    for _ in body[:-1]:
        hand.pump()
    ending = hand.stream_call.pump()
    hand.network.run_to(Close, ending)
    hand.stream_call.mark_closed()
    with pytest.raises(StopIteration):
        ending.send(None)
    assert hand.stream_call.end_reason == "closed"
    assert hand.stream_call.error is None
    assert hand.call.attempts == (Attempt(200),)


@pytest.mark.parametrize("body", [(text("a"), STOP), (text("a"), STOP, DONE), (text("a"), DONE)])
@pytest.mark.parametrize(
    "then", [fails("broken"), fails("timeout"), SILENCE], ids=["broken", "timeout", "silent"]
)
def test_what_happens_after_the_answer_is_complete_is_no_error(
    body: tuple[bytes, ...], then: Piece
) -> None:
    hand = ByHand(answers(*body, then), timeouts=Timeouts(idle=5.0, total=8.0))
    assert hand.stream().error is None
    assert isinstance(hand.network.steps[-1], Close)


def test_a_corrupt_body_is_an_error_even_after_a_finish_reason() -> None:
    hand = ByHand(answers(text("a"), STOP, fails("encoding")))
    assert type(hand.stream().error) is ResponseValidationError


# --- after [DONE] ------------------------------------------------------------


def test_the_rest_of_the_body_is_read_so_that_the_connection_can_be_used_again() -> None:
    hand = ByHand(answers(text("a"), STOP, DONE, Wait(0.02), b"\r\n"))
    assert hand.stream().error is None
    # Before the last step, the end of the body was seen.
    assert [type(step) for step in hand.network.steps[-3:]] == [Read, Read, Close]
    assert hand.elapsed == pytest.approx(0.02)


def test_the_last_event_does_not_wait_for_the_rest() -> None:
    hand = ByHand(answers(STOP + DONE, SILENCE))
    hand.network.run(hand.stream_call.open())
    assert said(hand.pump()) == [None]
    assert hand.elapsed == 0.0
    assert hand.stream_call.end_reason is None
    hand.pump()
    assert hand.elapsed == pytest.approx(0.05)
    assert hand.stream_call.end_reason == "done"


@pytest.mark.parametrize(
    ("rest", "reads"),
    [
        ([b"x" * 1000] * 100, 5),
        ([b"x" * 4096] * 100, 1),
        ([b"x" * 100_000] * 2, 1),
        ([Wait(0.02), b"x"] * 100, 3),
    ],
)
def test_the_rest_is_given_up_after_4_kib_or_50_milliseconds(rest: list[Piece], reads: int) -> None:
    hand = ByHand(answers(STOP, DONE, *rest))
    assert hand.stream().error is None
    assert len(hand.steps(Read)) == 2 + reads
    assert hand.elapsed <= 0.0501
    assert isinstance(hand.network.steps[-1], Close)


def test_what_follows_done_is_no_event() -> None:
    hand = ByHand(answers(text("a"), STOP + DONE + text("b"), text("c")))
    assert said(hand.stream().events) == ["a", None]


def test_without_done_nothing_more_is_read() -> None:
    hand = ByHand(answers(text("a"), STOP))
    hand.stream()
    assert len(hand.steps(Read)) == 3


# --- errors in a stream ------------------------------------------------------


def test_what_came_before_an_error_is_delivered_before_it() -> None:
    hand = ByHand(answers(ROLE + text("a"), text("b") + sse(RATE_LIMIT) + text("c")))
    events, error = hand.stream()
    assert said(events) == [None, "a", "b"]
    assert error is not None
    assert error.events_received == 3
    assert error.partial is not None
    assert error.partial.choices[0].message.content == "ab"
    assert hand.stream_call.end_reason == "error"
    assert isinstance(hand.network.steps[-1], Close)


def test_a_finish_reason_error_is_delivered_before_its_error() -> None:
    hand = ByHand(answers(text("a"), delta("error", content="b"), DONE))
    events, error = hand.stream()
    assert said(events) == ["a", "b"]
    assert type(error) is InternalServerError


def test_an_event_that_is_no_chunk_ends_the_stream() -> None:
    hand = ByHand(answers(text("a"), b"data: {oops\n\n", text("b"), STOP, DONE))
    events, error = hand.stream()
    assert said(events) == ["a"]
    assert type(error) is ResponseValidationError
    assert error.body == "{oops"


@pytest.mark.parametrize("size", [200, 10_000])
@pytest.mark.parametrize("ended", [True, False])
def test_an_event_that_is_too_large_is_an_error_after_those_before_it(
    size: int, *, ended: bool
) -> None:
    large = text("x" * size) if ended else text("x" * size)[:-1]
    for cut in (7, 10**6):
        body = cut_every(text("a") + large, cut)
        hand = ByHand(answers(*body), max_event_size=len(text("a")))
        events, error = hand.stream()
        assert said(events) == ["a"]
        assert type(error) is ResponseValidationError
        assert "max_event_size" in str(error)
        assert error.cause is not None
        assert large.decode().startswith(error.body)
        assert 0 < len(error.body) <= 200


def test_a_connection_that_breaks_is_an_error_after_the_events_before() -> None:
    hand = ByHand(answers(ROLE, text("a"), fails("broken")))
    events, error = hand.stream()
    assert said(events) == [None, "a"]
    assert isinstance(error, StreamInterruptedError)
    assert "after 2 events" in str(error)
    assert error.events_received == 2
