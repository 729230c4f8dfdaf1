from dataclasses import replace
from math import inf

import httpx2
import pytest

from mistralai.client._call.flow import LATE_READ_LIMIT
from mistralai.client._call.retry import Policy
from mistralai.client._call.steps import Read, Send
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import APITimeoutError, MistralClientError
from mistralai.client.errors import precise as classes
from support.flows import (
    DONE,
    ROLE,
    SILENCE,
    STOP,
    ByHand,
    Piece,
    Reply,
    Wait,
    answers,
    delta,
    fails,
    refuses,
    said,
    sse,
    text,
)

LIMITS = Timeouts(connect=2.0, first_event=10.0, idle=3.0, total=None)
NEVER = Reply(head=inf)
UNREACHABLE = Reply(connect=inf)
PINGS: tuple[Piece, ...] = (Wait(0.1), b": ping\n\n") * 10_000


def timed_out(hand: ByHand, phase: str, elapsed: float) -> APITimeoutError:
    """The timeout that a call ends with: its phase, and the clock when it came."""
    error = hand.stream().error if hand.stream_call else None
    assert isinstance(error, APITimeoutError)
    assert error.phase == phase
    assert error.elapsed == pytest.approx(elapsed)
    assert hand.elapsed == pytest.approx(elapsed)
    limit = getattr(hand.timeouts, phase)
    assert f"within {limit:g} s (timeouts.{phase})" in str(error)
    return error


# --- each limit --------------------------------------------------------------


def test_connecting_has_its_limit() -> None:
    hand = ByHand(UNREACHABLE, timeouts=LIMITS, policy=Policy(retries=0))
    error = timed_out(hand, "connect", 2.0)
    assert type(error) is classes.ConnectTimeout
    assert error.status_code is None


def test_connecting_is_tried_again() -> None:
    hand = ByHand(UNREACHABLE, UNREACHABLE, UNREACHABLE, timeouts=LIMITS)
    timed_out(hand, "connect", 2.0 + 0.5 + 2.0 + 1.0 + 2.0)
    assert hand.requests == 3


def test_silence_before_the_head_is_a_wait_for_the_first_event() -> None:
    hand = ByHand(NEVER, timeouts=LIMITS)
    error = timed_out(hand, "first_event", 10.0)
    assert type(error) is classes.ReadTimeout
    assert error.status_code is None
    assert error.since_last_event is None


@pytest.mark.parametrize("body", [(), (ROLE,), PINGS, (ROLE, delta(content=""), *PINGS)])
def test_neither_pings_nor_empty_events_are_a_first_event(body: tuple[Piece, ...]) -> None:
    hand = ByHand(Reply((*body, SILENCE), head=4.0), timeouts=LIMITS)
    error = timed_out(hand, "first_event", 10.0)
    assert error.status_code == 200


@pytest.mark.parametrize("after", [(), PINGS, (delta(content=""), *PINGS)])
def test_neither_pings_nor_empty_events_end_the_wait_for_the_next(
    after: tuple[Piece, ...],
) -> None:
    hand = ByHand(answers(text("a"), Wait(1.0), text("b"), *after, SILENCE), timeouts=LIMITS)
    error = timed_out(hand, "idle", 4.0)
    assert error.since_last_event == pytest.approx(3.0)
    assert "the last content 3.0 s ago" in str(error)
    assert error.events_received == 2 + bool(after and after is not PINGS)


def test_time_that_goes_by_over_pings_without_a_pause_is_waited_too() -> None:
    hand = ByHand(answers(text("a"), *[b": ping\n\n"] * 10_000), timeouts=LIMITS)
    hand.clock.step = 0.001
    error = hand.stream().error
    assert isinstance(error, APITimeoutError)
    assert error.phase == "idle"
    assert error.since_last_event == pytest.approx(3.0, rel=0.01)


@pytest.mark.parametrize("body", [(SILENCE,), (text("a"), SILENCE), PINGS])
def test_the_total_ends_every_wait(body: tuple[Piece, ...]) -> None:
    limits = Timeouts(connect=2.0, first_event=10.0, idle=3.0, total=2.5)
    timed_out(ByHand(answers(*body), timeouts=limits), "total", 2.5)


def test_the_total_ends_a_flood_of_content_once_more_came_than_can_have_waited() -> None:
    flood = [text("x" * 2**20)] * 500
    hand = ByHand(answers(*flood), timeouts=Timeouts(total=1.0))
    hand.clock.step = 0.01
    events, error = hand.stream()
    assert isinstance(error, APITimeoutError)
    assert error.phase == "total"
    assert LATE_READ_LIMIT / 2**20 <= len(events) < 100


def test_the_total_ends_a_stream_that_is_never_silent() -> None:
    body = (Wait(1.0), text("a")) * 100
    hand = ByHand(answers(*body), timeouts=Timeouts(idle=3.0, total=20.5))
    error = timed_out(hand, "total", 20.5)
    assert error.events_received == 20


def test_the_time_of_connecting_is_not_that_of_the_first_event() -> None:
    reply = Reply((Wait(0.5), ROLE, SILENCE), connect=1.5, head=7.0)
    timed_out(ByHand(reply, timeouts=LIMITS), "first_event", 1.5 + 10.0)
    # Where the transport does not say when the request was sent, both count.
    reply = replace(reply, traced=False)
    timed_out(ByHand(reply, timeouts=LIMITS), "first_event", 10.0)


@pytest.mark.parametrize(("connect", "head"), [(1.5, inf), (inf, 0.0), (0.5, 3.0)])
def test_the_total_ends_connecting_and_the_wait_for_the_head_together(
    connect: float, head: float
) -> None:
    limits = Timeouts(connect=5.0, first_event=10.0, idle=3.0, total=2.0)
    hand = ByHand(Reply(connect=connect, head=head), timeouts=limits)
    timed_out(hand, "total", 2.0)


@pytest.mark.parametrize(("total", "phase"), [(0.505, "total"), (0.506, "first_event")])
def test_a_timer_that_fires_a_little_early_is_that_of_the_total(total: float, phase: str) -> None:
    hand = ByHand(
        refuses(503), fails("timeout", httpx2.ReadTimeout), timeouts=Timeouts(total=total)
    )
    error = hand.stream().error
    assert isinstance(error, APITimeoutError)
    assert hand.elapsed == 0.5
    assert error.phase == phase


def test_a_total_shorter_than_connecting_is_what_ends_it() -> None:
    hand = ByHand(UNREACHABLE, timeouts=Timeouts(connect=5.0, total=2.0))
    error = timed_out(hand, "total", 2.0)
    assert type(error) is classes.ConnectTimeout
    assert hand.requests == 1


def test_the_total_counts_over_attempts() -> None:
    hand = ByHand(UNREACHABLE, NEVER, timeouts=Timeouts(connect=2.0, first_event=10.0, total=6.0))
    timed_out(hand, "total", 6.0)
    assert hand.requests == 2


# --- no limit ----------------------------------------------------------------


def test_without_limits_nothing_is_limited() -> None:
    limits = Timeouts(connect=None, first_event=None, idle=None, total=None)
    reply = Reply((Wait(1e6), text("a"), Wait(1e6), STOP, DONE), connect=1e6, head=1e6)
    hand = ByHand(reply, timeouts=limits)
    assert hand.stream().error is None
    [send] = hand.steps(Send)
    assert (send.connect, send.answer, send.until) == (None, None, None)
    assert [step.deadline for step in hand.steps(Read)[:-1]] == [None] * 3


def test_a_stream_much_longer_than_idle_survives_if_it_is_never_silent() -> None:
    body = (Wait(2.9), text("a")) * 10
    hand = ByHand(answers(*body, STOP, DONE), timeouts=LIMITS)
    assert hand.stream().error is None
    assert hand.elapsed == pytest.approx(29.0)


@pytest.mark.parametrize(
    "content",
    [
        text("a"),
        delta("stop"),
        delta(tool_calls=[{"function": {"name": "f"}}]),
        delta(reasoning_content="x"),
        sse({"choices": [], "usage": {}}),
    ],
)
def test_anything_that_says_something_is_content(content: bytes) -> None:
    hand = ByHand(answers(text("a"), *(Wait(2.0), content) * 5, STOP, DONE), timeouts=LIMITS)
    assert hand.stream().error is None


def test_a_caller_who_takes_his_time_uses_no_limit_up() -> None:
    hand = ByHand(answers(text("a"), Wait(2.0), text("b"), Wait(2.0), STOP, DONE), timeouts=LIMITS)
    hand.network.run(hand.stream_call.open())
    while hand.stream_call.end_reason is None:
        hand.clock.now += 1000.0
        hand.pump()
    assert hand.stream_call.error is None


def test_a_caller_who_takes_his_time_uses_the_total_up() -> None:
    hand = ByHand(answers(text("a"), text("b"), Wait(0.1), STOP), timeouts=Timeouts(total=20.0))
    hand.network.run(hand.stream_call.open())
    assert said(hand.pump()) == ["a"]
    hand.clock.now += 30.0
    # What has come is still delivered; only waiting is over.
    assert said(hand.pump()) == ["b"]
    hand.pump()
    error = hand.stream_call.error
    assert isinstance(error, APITimeoutError)
    assert error.phase == "total"


# --- what the network is told ------------------------------------------------


def test_a_request_is_sent_with_the_time_that_is_left() -> None:
    hand = ByHand(
        Reply(status=503, head=1.0),
        answers(STOP),
        timeouts=Timeouts(connect=2.0, first_event=10.0, idle=3.0, total=8.0),
    )
    hand.stream()
    first, second = hand.steps(Send)
    end = hand.began + 8.0
    assert (first.connect, first.answer, first.until) == (2.0, 8.0, end)
    assert (second.connect, second.answer, second.until) == (2.0, 6.5, end)


def test_the_limits_of_a_first_event_hold_for_head_and_body_together() -> None:
    hand = ByHand(Reply((Wait(1.0), b": ping\n\n", SILENCE), head=4.0), timeouts=LIMITS)
    began = hand.clock.now
    timed_out(hand, "first_event", 10.0)
    [send] = hand.steps(Send)
    assert (send.connect, send.answer) == (2.0, 10.0)
    assert [step.deadline - began for step in hand.steps(Read)] == pytest.approx([10.0, 10.0])


def test_a_request_that_is_sent_at_the_last_moment_has_a_moment() -> None:
    # A sleep may take longer than it should, and a free retry asks nobody.
    hand = ByHand(refuses(503), answers(STOP), timeouts=Timeouts(total=0.6))
    hand.network.oversleeps = 0.2
    hand.stream()
    for step in hand.steps(Send)[1:]:
        assert step.connect == pytest.approx(0.001)
        assert step.answer == pytest.approx(0.001)
    assert hand.requests == 2


def test_a_redirect_that_came_late_is_followed_with_a_moment_left() -> None:
    moved = Reply((Wait(5.0),), 307, {"location": "/v2"}, head=1.0)
    hand = ByHand(moved, answers(STOP), timeouts=Timeouts(total=3.0))
    hand.stream()
    assert hand.steps(Send)[-1].answer == pytest.approx(0.001)


# --- a whole answer ----------------------------------------------------------


@pytest.mark.parametrize("body", [(), (b"{",), (b"{", Wait(6.0), b'"a"')])
def test_a_whole_answer_has_the_time_of_a_first_event_to_its_end(
    body: tuple[Piece, ...],
) -> None:
    hand = ByHand(Reply((*body, SILENCE), head=2.0), timeouts=LIMITS, stream=False)
    with pytest.raises(APITimeoutError) as caught:
        hand.answer()
    assert caught.value.phase == "first_event"
    assert hand.elapsed == 10.0
    assert hand.requests == 1


def test_a_whole_answer_has_a_total_too() -> None:
    hand = ByHand(answers(SILENCE), timeouts=Timeouts(total=3.0), stream=False)
    with pytest.raises(APITimeoutError) as caught:
        hand.answer()
    assert caught.value.phase == "total"
    assert hand.elapsed == 3.0


def test_a_timeout_that_is_not_ours_is_named_by_what_was_waited_for() -> None:
    limits = Timeouts(first_event=None)
    error = ByHand(fails("timeout", httpx2.ReadTimeout), timeouts=limits).stream().error
    assert isinstance(error, MistralClientError)
    assert str(error).startswith("no event with content since the request was sent; 0.0 s")
