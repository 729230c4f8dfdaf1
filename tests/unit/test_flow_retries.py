from itertools import repeat
from typing import Any

import httpx2
import pytest

from mistralai.client._call.retry import Attempt, BackoffStrategy, Policy, RetryConfig
from mistralai.client._call.steps import Close, Read, Send, Sleep
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import (
    APIConnectionError,
    BadRequestError,
    InternalServerError,
    MistralClientError,
    RateLimitError,
    StreamInterruptedError,
)
from support.flows import (
    GOOD,
    RATE_LIMIT,
    ROLE,
    ByHand,
    Reply,
    answers,
    check_good,
    fails,
    refuses,
    said,
)

NONE = Policy(retries=0)


def config(elapsed: int = 10_000, **given: Any) -> Policy:
    backoff = BackoffStrategy(1_000, 60_000, 2, elapsed, 0)
    given.setdefault("retry_connection_errors", True)
    return Policy.of(RetryConfig("backoff", backoff, **given))


# --- what is tried again -----------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        refuses(408),
        refuses(409, retry_after="0.5"),
        refuses(429, RATE_LIMIT),
        refuses(500),
        refuses(502),
        refuses(503),
        refuses(504),
        fails("connect", httpx2.ConnectError),
        fails("connect_timeout", httpx2.ConnectTimeout),
        fails("broken", httpx2.RemoteProtocolError),
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [True, False])
def test_these_failures_are_tried_again(first: Any, *, stream: bool) -> None:
    hand = ByHand(first, first, GOOD, stream=stream)
    if stream:
        check_good(hand)
    else:
        assert hand.answer() == b"".join(GOOD.body)
    assert hand.requests == 3
    assert len(hand.call.attempts) == 3
    assert hand.call.attempts[-1] == Attempt(200)


@pytest.mark.parametrize(
    "only",
    [
        *(refuses(status) for status in (400, 401, 402, 403, 404, 409, 413, 422, 501, 505)),
        fails("certificate", httpx2.ConnectError),
        fails("connect", httpx2.UnsupportedProtocol),
        fails("connect", httpx2.LocalProtocolError),
        fails("timeout", httpx2.ReadTimeout),
        fails("timeout", httpx2.WriteTimeout),
    ],
    ids=str,
)
def test_these_failures_are_not(only: Any) -> None:
    hand = ByHand(only)
    events, error = hand.stream()
    assert events == []
    assert isinstance(error, MistralClientError)
    assert hand.requests == 1
    assert hand.sleeps == []
    assert [attempt.delay for attempt in hand.call.attempts] == [None]
    assert isinstance(hand.network.steps[-1], Close)


def test_the_connection_is_given_up_before_the_wait() -> None:
    hand = ByHand(refuses(503), GOOD)
    check_good(hand)
    kinds = [type(step) for step in hand.network.steps]
    assert kinds[: kinds.index(Sleep) + 2] == [Send, Read, Close, Close, Sleep, Send]


def test_two_retries_are_the_default() -> None:
    hand = ByHand(*[refuses(503)] * 3)
    error = hand.stream().error
    assert type(error) is InternalServerError
    assert (error.partial, error.events_received) == (None, 0)
    assert hand.sleeps == [0.5, 1.0]
    assert hand.call.attempts == (
        Attempt(503, "status 503", 0.5),
        Attempt(503, "status 503", 1.0),
        Attempt(503, "status 503", None),
    )


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_the_number_of_retries_is_the_one_that_was_asked_for(retries: int) -> None:
    hand = ByHand(*[fails("connect")] * (retries + 1), policy=Policy(retries=retries))
    error = hand.stream().error
    assert isinstance(error, APIConnectionError)
    assert hand.requests == retries + 1
    reason = "ReadError: could not connect to api.example: gone"
    assert {attempt.reason for attempt in hand.call.attempts} == {reason}
    assert {attempt.status for attempt in hand.call.attempts} == {None}


def test_failures_of_several_kinds_count_together() -> None:
    hand = ByHand(fails("connect"), refuses(429), answers(ROLE, fails("broken")))
    events, error = hand.stream()
    assert said(events) == [None]
    assert isinstance(error, StreamInterruptedError)
    assert [attempt.status for attempt in hand.call.attempts] == [None, 429, 200]


def test_a_whole_answer_that_breaks_is_asked_for_again() -> None:
    hand = ByHand(answers(b"half", fails("broken")), answers(b"whole"), stream=False)
    assert hand.answer() == b"whole"
    assert [attempt.status for attempt in hand.call.attempts] == [200, 200]


# --- how long is waited ------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "delay"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 0.5),
        ({"retry_after_ms": "250"}, 0.25),
        ({"retry_after": "Tue, 14 Nov 2023 22:13:29 GMT"}, 9.0),
        ({"retry_after": "60"}, 60.0),
    ],
    ids=str,
)
def test_the_wait_that_the_server_asks_for_is_kept(headers: dict[str, str], delay: float) -> None:
    hand = ByHand(refuses(429, **headers), GOOD)
    check_good(hand)
    assert hand.sleeps == [delay]
    assert hand.call.attempts[0] == Attempt(429, "status 429", delay)


def test_chance_only_lengthens_waits() -> None:
    hand = ByHand(refuses(429, retry_after="7"), refuses(500), GOOD, chance=0.5)
    check_good(hand)
    assert hand.sleeps == [7.25, 1.25]


@pytest.mark.parametrize(
    ("longest", "headers", "sleeps"),
    [
        (40, {}, [0.04, 0.04]),
        (60_000, {}, [0.01, 0.02, 0.04]),  # where jitter would go past the end, there is none
        (40, {"retry_after_ms": "30"}, [0.03, 0.03, 0.03]),
    ],
)
def test_jitter_takes_no_retry_from_a_short_policy(
    longest: int, headers: dict[str, str], sleeps: list[float]
) -> None:
    backoff = BackoffStrategy(10, longest, 2, 100)
    policy = Policy.of(RetryConfig("backoff", backoff, retry_connection_errors=True))
    hand = ByHand(more=repeat(refuses(503, **headers)), policy=policy, chance=0.99)
    assert isinstance(hand.stream().error, InternalServerError)
    assert hand.sleeps == sleeps


def test_the_wait_that_a_422_asks_for_is_kept() -> None:
    reply = refuses(422, {"detail": []}, retry_after="7")
    check_good(hand := ByHand(reply, GOOD, policy=config(status_codes_override=["422"])))
    assert hand.sleeps == [7.0]


@pytest.mark.parametrize("headers", [{"retry_after": "60.001"}, {"retry_after": "3600"}], ids=str)
def test_a_wait_of_more_than_a_minute_is_not_begun(headers: dict[str, str]) -> None:
    hand = ByHand(refuses(429, RATE_LIMIT, **headers))
    error = hand.stream().error
    assert isinstance(error, RateLimitError)
    assert error.retry_after == float(headers["retry_after"])
    assert hand.elapsed == 0.0


@pytest.mark.parametrize(("total", "requests"), [(8.0, 2), (7.0, 1), (3.0, 1)])
def test_a_wait_past_the_total_is_not_begun(total: float, requests: int) -> None:
    replies = [refuses(503, retry_after="7"), refuses(400)][:requests]
    hand = ByHand(*replies, timeouts=Timeouts(total=total))
    error = hand.stream().error
    assert isinstance(error, InternalServerError if requests == 1 else BadRequestError)
    assert hand.requests == requests
    assert hand.elapsed == (7.0 if requests == 2 else 0.0)


def test_a_config_retries_until_its_time_is_over() -> None:
    hand = ByHand(*[refuses(503)] * 4, policy=config(elapsed=10_000))
    assert isinstance(hand.stream().error, InternalServerError)
    assert hand.sleeps == [1, 2, 4]  # the next would end after 15 s


def test_time_that_requests_took_counts() -> None:
    slow = Reply(status=503, head=4.0)
    hand = ByHand(slow, slow, policy=config(elapsed=10_000))
    hand.stream()
    assert hand.sleeps == [1]  # 4 + 1 + 4, and 2 more would be too many


def test_a_config_may_leave_connection_errors_alone() -> None:
    policy = config(retry_connection_errors=False)
    hand = ByHand(fails("connect"), policy=policy)
    assert isinstance(hand.stream().error, APIConnectionError)
    check_good(ByHand(refuses(503), GOOD, policy=policy))


def test_a_config_may_name_the_statuses() -> None:
    policy = config(status_codes_override=["4XX"])
    check_good(ByHand(refuses(404), refuses(401), refuses(422), GOOD, policy=policy))
    assert ByHand(refuses(503), policy=policy).stream().error is not None


# --- a connection that had died unnoticed ------------------------------------

STALE = fails("broken", httpx2.RemoteProtocolError, stale=True)


@pytest.mark.parametrize("policy", [Policy(), NONE, config(retry_connection_errors=False)])
def test_a_dead_connection_is_replaced_at_once_with_retries_off_too(policy: Policy) -> None:
    hand = ByHand(STALE, GOOD, policy=policy)
    check_good(hand)
    assert hand.sleeps == []
    reason = "RemoteProtocolError: no answer from api.example: gone"
    assert hand.call.attempts == (Attempt(None, reason, 0.0), Attempt(200))


def test_a_dead_connection_is_replaced_for_free_only_once() -> None:
    hand = ByHand(STALE, STALE, policy=NONE)
    assert isinstance(hand.stream().error, APIConnectionError)
    hand = ByHand(STALE, STALE, STALE, GOOD)
    check_good(hand)
    assert hand.sleeps == [0.5, 1.0]


def test_the_free_retry_is_not_one_of_the_others() -> None:
    hand = ByHand(STALE, refuses(503), refuses(503), GOOD)
    check_good(hand)
    assert hand.sleeps == [0.5, 1.0]


def test_a_fresh_connection_that_dies_is_not_replaced_for_free() -> None:
    hand = ByHand(fails("broken"), policy=NONE)
    assert isinstance(hand.stream().error, APIConnectionError)
    hand = ByHand(STALE, fails("broken"), policy=NONE)
    assert isinstance(hand.stream().error, APIConnectionError)
