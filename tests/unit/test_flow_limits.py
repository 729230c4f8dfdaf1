from dataclasses import dataclass, replace
from math import inf

import httpx2
import pytest

from mistralai.client._call.retry import Policy
from mistralai.client._call.steps import Read, Send
from mistralai.client._call.timeouts import LATE_READ_LIMIT, Timeouts
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
WITH_TOTAL = replace(LIMITS, total=2.5)
NONE = Policy(retries=0)
NEVER = Reply(head=inf)
UNREACHABLE = Reply(connect=inf)
PING = b": ping\n\n"
PINGS: tuple[Piece, ...] = (Wait(0.1), PING) * 10_000
EMPTY = delta(content="")

# --- each limit --------------------------------------------------------------


@dataclass(frozen=True)
class Expired:
    """A call that ends with a timeout.

    Attributes:
        replies: What comes of its requests, each of which is sent.
        phase: The timeout.
        elapsed: The clock when it came.
        limits: The timeouts of the call.
        policy: Its retries.
        kind: The class of the error.
        status: The status of the error.
        since_content: How long ago the last event with content came.
        events: How many events came, if the case is about that.
    """

    replies: tuple[Reply, ...]
    phase: str
    elapsed: float
    limits: Timeouts = LIMITS
    policy: Policy | None = None
    kind: type[APITimeoutError] = classes.ReadTimeout
    status: int | None = 200
    since_content: float | None = None
    events: int | None = None


def opened(*body: Piece) -> tuple[Reply, ...]:
    """A reply whose headers take a part of the time for a first event."""
    return (Reply((*body, SILENCE), head=4.0),)


def after_content(*body: Piece) -> tuple[Reply, ...]:
    return (answers(text("a"), Wait(1.0), text("b"), *body, SILENCE),)


def total(seconds: float) -> Timeouts:
    return replace(LIMITS, connect=5.0, total=seconds)


SLOW = Reply((Wait(0.5), ROLE, SILENCE), connect=1.5, head=7.0)

EXPIRED: dict[str, Expired] = {
    "connecting": Expired(
        (UNREACHABLE,), "connect", 2.0, policy=NONE, kind=classes.ConnectTimeout, status=None
    ),
    "connecting is tried again": Expired(
        (UNREACHABLE,) * 3,
        "connect",
        2.0 + 0.5 + 2.0 + 1.0 + 2.0,
        kind=classes.ConnectTimeout,
        status=None,
    ),
    "silence before the headers": Expired((NEVER,), "first_event", 10.0, status=None),
    # Neither pings nor empty events are a first event.
    "silence before the first event": Expired(opened(), "first_event", 10.0),
    "a role": Expired(opened(ROLE), "first_event", 10.0, events=1),
    "pings": Expired(opened(*PINGS), "first_event", 10.0, events=0),
    "empty events and pings": Expired(opened(ROLE, EMPTY, *PINGS), "first_event", 10.0, events=2),
    # Neither pings nor empty events end the wait for the next.
    "silence after content": Expired(after_content(), "idle", 4.0, since_content=3.0, events=2),
    "pings after content": Expired(after_content(*PINGS), "idle", 4.0, since_content=3.0, events=2),
    "an empty event and pings after content": Expired(
        after_content(EMPTY, *PINGS), "idle", 4.0, since_content=3.0, events=3
    ),
    # The total ends every wait.
    "the total before an event": Expired((answers(SILENCE),), "total", 2.5, WITH_TOTAL),
    "the total after an event": Expired(
        (answers(text("a"), SILENCE),), "total", 2.5, WITH_TOTAL, since_content=2.5
    ),
    "the total among pings": Expired((answers(*PINGS),), "total", 2.5, WITH_TOTAL),
    "the total of a stream that is never silent": Expired(
        (answers(*(Wait(1.0), text("a")) * 100),),
        "total",
        20.5,
        Timeouts(idle=3.0, total=20.5),
        since_content=0.5,
        events=20,
    ),
    # The time of connecting is not that of the first event, if the transport knows them apart.
    "connecting apart": Expired((SLOW,), "first_event", 1.5 + 10.0),
    "connecting included": Expired((replace(SLOW, traced=False),), "first_event", 10.0),
    # The total ends connecting and the wait for the headers together.
    "the total: headers": Expired(
        (Reply(connect=1.5, head=inf),), "total", 2.0, total(2.0), status=None
    ),
    "the total: connecting": Expired(
        (UNREACHABLE,), "total", 2.0, total(2.0), kind=classes.ConnectTimeout, status=None
    ),
    "the total: slow headers": Expired(
        (Reply(connect=0.5, head=3.0),), "total", 2.0, total(2.0), status=None
    ),
    "the total counts over attempts": Expired(
        (UNREACHABLE, NEVER), "total", 6.0, replace(LIMITS, total=6.0), status=None
    ),
}


def test_a_limit_that_has_passed_is_named_with_how_far_the_call_came(
    subtests: pytest.Subtests,
) -> None:
    for name, case in EXPIRED.items():
        hand = ByHand(*case.replies, timeouts=case.limits, policy=case.policy)
        with subtests.test(name):
            error = hand.stream().error
            assert type(error) is case.kind
            assert isinstance(error, APITimeoutError)
            assert error.phase == case.phase
            assert error.elapsed == pytest.approx(case.elapsed)
            assert hand.elapsed == pytest.approx(case.elapsed)
            limit = getattr(hand.timeouts, case.phase)
            assert f"within {limit:g} s (timeouts.{case.phase})" in str(error)
            assert error.status_code == case.status
            assert error.since_last_event == pytest.approx(case.since_content)
            if case.since_content is not None:
                assert f"the last content {case.since_content:.1f} s ago" in str(error)
            assert case.events is None or error.events_received == case.events
            assert hand.requests == len(case.replies)


def test_time_that_goes_by_over_pings_without_a_pause_is_waited_too() -> None:
    hand = ByHand(answers(text("a"), *[PING] * 10_000), timeouts=LIMITS)
    hand.clock.step = 0.001
    error = hand.stream().error
    assert isinstance(error, APITimeoutError)
    assert error.phase == "idle"
    assert error.since_last_event == pytest.approx(3.0, rel=0.01)


def test_the_total_ends_a_flood_of_content_once_more_came_than_can_have_waited() -> None:
    flood = [text("x" * 2**20)] * 500
    hand = ByHand(answers(*flood), timeouts=Timeouts(total=1.0))
    hand.clock.step = 0.01
    events, error = hand.stream()
    assert isinstance(error, APITimeoutError)
    assert error.phase == "total"
    assert LATE_READ_LIMIT / 2**20 <= len(events) < 100


def test_a_timer_that_fires_a_little_early_is_that_of_the_total() -> None:
    for seconds, phase in ((0.505, "total"), (0.506, "first_event")):
        failure = fails("timeout", httpx2.ReadTimeout)
        hand = ByHand(refuses(503), failure, timeouts=Timeouts(total=seconds))
        error = hand.stream().error
        assert isinstance(error, APITimeoutError), seconds
        assert hand.elapsed == 0.5, seconds
        assert error.phase == phase, seconds


# --- no limit ----------------------------------------------------------------


def test_without_limits_nothing_is_limited() -> None:
    limits = Timeouts(connect=None, first_event=None, idle=None, total=None)
    reply = Reply((Wait(1e6), text("a"), Wait(1e6), STOP, DONE), connect=1e6, head=1e6)
    hand = ByHand(reply, timeouts=limits)
    assert hand.stream().error is None
    [send] = hand.steps(Send)
    assert (send.connect, send.answer, send.until) == (None, None, None)
    assert [step.deadline for step in hand.steps(Read)[:-1]] == [None] * 3
    # A timeout that is not one of these is named by what was waited for.
    failure = fails("timeout", httpx2.ReadTimeout)
    error = ByHand(failure, timeouts=Timeouts(first_event=None)).stream().error
    assert isinstance(error, MistralClientError)
    assert str(error).startswith("no event with content since the request was sent; 0.0 s")


def test_a_stream_much_longer_than_idle_survives_if_it_is_never_silent(
    subtests: pytest.Subtests,
) -> None:
    contents = {
        "text": text("a"),
        "finish reason": delta("stop"),
        "tool call": delta(tool_calls=[{"function": {"name": "f"}}]),
        "unknown": delta(reasoning_content="x"),
        "usage": sse({"choices": [], "usage": {}}),
    }
    for name, content in contents.items():
        hand = ByHand(answers(text("a"), *(Wait(2.9), content) * 10, STOP, DONE), timeouts=LIMITS)
        with subtests.test(name):
            assert hand.stream().error is None
            assert hand.elapsed == pytest.approx(29.0)


def test_a_caller_who_takes_his_time_uses_no_limit_up_but_the_total() -> None:
    body = answers(text("a"), Wait(2.0), text("b"), Wait(2.0), STOP, DONE)
    hand = ByHand(body, timeouts=LIMITS)
    hand.network.run(hand.stream_call.open())
    while hand.stream_call.end_reason is None:
        hand.clock.now += 1000.0
        hand.pump()
    assert hand.stream_call.error is None

    body = answers(text("a"), text("b"), Wait(0.1), STOP)
    hand = ByHand(body, timeouts=Timeouts(total=20.0))
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
    limits = Timeouts(connect=2.0, first_event=10.0, idle=3.0, total=8.0)
    hand = ByHand(Reply(status=503, head=1.0), answers(STOP), timeouts=limits)
    hand.stream()
    first, second = hand.steps(Send)
    end = hand.began + 8.0
    assert (first.connect, first.answer, first.until) == (2.0, 8.0, end)
    assert (second.connect, second.answer, second.until) == (2.0, 6.5, end)


def test_the_limits_of_a_first_event_hold_for_head_and_body_together() -> None:
    hand = ByHand(Reply((Wait(1.0), PING, SILENCE), head=4.0), timeouts=LIMITS)
    began = hand.clock.now
    error = hand.stream().error
    assert isinstance(error, APITimeoutError)
    assert (error.phase, hand.elapsed) == ("first_event", pytest.approx(10.0))
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
    # A redirect may come late.
    moved = Reply((Wait(5.0),), 307, {"location": "/v2"}, head=1.0)
    hand = ByHand(moved, answers(STOP), timeouts=Timeouts(total=3.0))
    hand.stream()
    assert hand.steps(Send)[-1].answer == pytest.approx(0.001)


# --- a whole answer ----------------------------------------------------------


def test_a_whole_answer_has_the_time_of_a_first_event_to_its_end(
    subtests: pytest.Subtests,
) -> None:
    bodies: list[tuple[Piece, ...]] = [(), (b"{",), (b"{", Wait(6.0), b'"a"')]
    cases = [
        *((Reply((*body, SILENCE), head=2.0), LIMITS, "first_event", 10.0) for body in bodies),
        (answers(SILENCE), Timeouts(total=3.0), "total", 3.0),
    ]
    for reply, limits, phase, elapsed in cases:
        hand = ByHand(reply, timeouts=limits, stream=False)
        with subtests.test(f"{phase}, {reply.body}"):
            with pytest.raises(APITimeoutError) as caught:
                hand.answer()
            assert caught.value.phase == phase
            assert hand.elapsed == elapsed
            assert hand.requests == 1
