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

TRIED_AGAIN: dict[str, Any] = {
    "408": refuses(408),
    "409 with Retry-After": refuses(409, retry_after="0.5"),
    "429": refuses(429, RATE_LIMIT),
    **{str(status): refuses(status) for status in (500, 502, 503, 504)},
    "no connection": fails("connect", httpx2.ConnectError),
    "no connection in time": fails("connect_timeout", httpx2.ConnectTimeout),
    "broken": fails("broken", httpx2.RemoteProtocolError),
}

NOT_TRIED_AGAIN: dict[str, Any] = {
    **{
        str(status): refuses(status)
        for status in (400, 401, 402, 403, 404, 409, 413, 422, 501, 505)
    },
    "certificate": fails("certificate", httpx2.ConnectError),
    "unsupported protocol": fails("connect", httpx2.UnsupportedProtocol),
    "local protocol": fails("connect", httpx2.LocalProtocolError),
    "read timeout": fails("timeout", httpx2.ReadTimeout),
    "write timeout": fails("timeout", httpx2.WriteTimeout),
}


def test_these_failures_are_tried_again(subtests: pytest.Subtests) -> None:
    for name, first in TRIED_AGAIN.items():
        for stream in (True, False):
            hand = ByHand(first, first, GOOD, stream=stream)
            with subtests.test(f"{name}, stream={stream}"):
                if stream:
                    check_good(hand)
                else:
                    assert hand.answer() == b"".join(GOOD.body)
                assert hand.requests == 3
                assert len(hand.call.attempts) == 3
                assert hand.call.attempts[-1] == Attempt(200)


def test_these_failures_are_not(subtests: pytest.Subtests) -> None:
    for name, only in NOT_TRIED_AGAIN.items():
        hand = ByHand(only)
        with subtests.test(name):
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


def test_two_retries_are_the_default_and_another_number_can_be_asked_for() -> None:
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
    for retries in (0, 1, 5):
        hand = ByHand(*[fails("connect")] * (retries + 1), policy=Policy(retries=retries))
        error = hand.stream().error
        assert isinstance(error, APIConnectionError), retries
        tried = {0: "once", 1: "twice", 5: "6 times"}[retries]
        assert (
            str(error) == error.args[0] == f"could not connect to api.example: gone; tried {tried}"
        )
        assert hand.requests == retries + 1
        reason = "ReadError: could not connect to api.example: gone"
        assert {attempt.reason for attempt in hand.call.attempts} == {reason}
        assert {attempt.status for attempt in hand.call.attempts} == {None}


def test_only_the_attempts_in_a_row_that_did_not_connect_count_as_tries() -> None:
    hand = ByHand(fails("connect"), refuses(503), fails("connect"))
    assert str(hand.stream().error).endswith("; tried once")
    hand = ByHand(fails("connect"), fails("broken"), refuses(400))
    assert "tried" not in str(hand.stream().error)
    hand = ByHand(fails("connect"), fails("broken"), fails("broken"))
    assert "tried" not in str(hand.stream().error)


def test_failures_of_several_kinds_count_together() -> None:
    hand = ByHand(fails("connect"), refuses(429), answers(ROLE, fails("broken")))
    events, error = hand.stream()
    assert said(events) == [None]
    assert isinstance(error, StreamInterruptedError)
    assert [attempt.status for attempt in hand.call.attempts] == [None, 429, 200]
    # So does a whole answer that breaks.
    hand = ByHand(answers(b"half", fails("broken")), answers(b"whole"), stream=False)
    assert hand.answer() == b"whole"
    assert [attempt.status for attempt in hand.call.attempts] == [200, 200]


# --- how long is waited ------------------------------------------------------

ASKED_FOR: list[tuple[dict[str, str], float]] = [
    ({"retry_after": "7"}, 7.0),
    ({"retry_after": "0"}, 0.5),
    ({"retry_after_ms": "250"}, 0.25),
    ({"retry_after": "Tue, 14 Nov 2023 22:13:29 GMT"}, 9.0),
    ({"retry_after": "60"}, 60.0),
]


def test_the_wait_that_the_server_asks_for_is_kept(subtests: pytest.Subtests) -> None:
    for headers, delay in ASKED_FOR:
        hand = ByHand(refuses(429, **headers), GOOD)
        with subtests.test(str(headers)):
            check_good(hand)
            assert hand.sleeps == [delay]
            assert hand.call.attempts[0] == Attempt(429, "status 429", delay)
    # Chance only lengthens it.
    hand = ByHand(refuses(429, retry_after="7"), refuses(500), GOOD, chance=0.5)
    check_good(hand)
    assert hand.sleeps == [7.25, 1.25]
    # A 422 is no `SDKError`, but may ask for a wait as well.
    reply = refuses(422, {"detail": []}, retry_after="7")
    check_good(hand := ByHand(reply, GOOD, policy=config(status_codes_override=["422"])))
    assert hand.sleeps == [7.0]


def test_jitter_takes_no_retry_from_a_short_policy(subtests: pytest.Subtests) -> None:
    cases: list[tuple[int, dict[str, str], list[float]]] = [
        (40, {}, [0.04, 0.04]),
        (60_000, {}, [0.01, 0.02, 0.04]),  # where jitter would go past the end, there is none
        (40, {"retry_after_ms": "30"}, [0.03, 0.03, 0.03]),
    ]
    for longest, headers, sleeps in cases:
        backoff = BackoffStrategy(10, longest, 2, 100)
        policy = Policy.of(RetryConfig("backoff", backoff, retry_connection_errors=True))
        hand = ByHand(more=repeat(refuses(503, **headers)), policy=policy, chance=0.99)
        with subtests.test(f"{longest} ms, {headers}"):
            assert isinstance(hand.stream().error, InternalServerError)
            assert hand.sleeps == sleeps


def test_a_wait_of_more_than_a_minute_or_past_the_total_is_not_begun() -> None:
    for seconds in ("60.001", "3600"):
        hand = ByHand(refuses(429, RATE_LIMIT, retry_after=seconds))
        error = hand.stream().error
        assert isinstance(error, RateLimitError), seconds
        assert error.retry_after == float(seconds), seconds
        assert hand.elapsed == 0.0, seconds
    for total, requests in ((8.0, 2), (7.0, 1), (3.0, 1)):
        replies = [refuses(503, retry_after="7"), refuses(400)][:requests]
        hand = ByHand(*replies, timeouts=Timeouts(total=total))
        error = hand.stream().error
        assert isinstance(error, InternalServerError if requests == 1 else BadRequestError), total
        assert hand.requests == requests, total
        assert hand.elapsed == (7.0 if requests == 2 else 0.0), total


def test_a_config_retries_until_its_time_is_over() -> None:
    hand = ByHand(*[refuses(503)] * 4, policy=config(elapsed=10_000))
    assert isinstance(hand.stream().error, InternalServerError)
    assert hand.sleeps == [1, 2, 4]  # the next would end after 15 s
    # The time of the requests counts.
    slow = Reply(status=503, head=4.0)
    hand = ByHand(slow, slow, policy=config(elapsed=10_000))
    hand.stream()
    assert hand.sleeps == [1]  # 4 + 1 + 4, and 2 more would be too many


def test_a_config_may_leave_connection_errors_alone_and_name_the_statuses() -> None:
    policy = config(retry_connection_errors=False)
    hand = ByHand(fails("connect"), policy=policy)
    assert isinstance(hand.stream().error, APIConnectionError)
    check_good(ByHand(refuses(503), GOOD, policy=policy))
    policy = config(status_codes_override=["4XX"])
    check_good(ByHand(refuses(404), refuses(401), refuses(422), GOOD, policy=policy))
    assert ByHand(refuses(503), policy=policy).stream().error is not None


# --- a stale connection ------------------------------------------------------

STALE = fails("broken", httpx2.RemoteProtocolError, stale=True)


def test_a_stale_connection_is_replaced_at_once_with_retries_off_too(
    subtests: pytest.Subtests,
) -> None:
    policies = {
        "the default": Policy(),
        "no retries": NONE,
        "no connection errors": config(retry_connection_errors=False),
    }
    for name, policy in policies.items():
        hand = ByHand(STALE, GOOD, policy=policy)
        with subtests.test(name):
            check_good(hand)
            assert hand.sleeps == []
            reason = "RemoteProtocolError: no answer from api.example: gone"
            assert hand.call.attempts == (Attempt(None, reason, 0.0), Attempt(200))


def test_a_stale_connection_is_replaced_for_free_only_once(subtests: pytest.Subtests) -> None:
    recovers: dict[str, tuple[Any, ...]] = {
        "two more": (STALE, STALE, STALE, GOOD),
        "which is none of the other retries": (STALE, refuses(503), refuses(503), GOOD),
    }
    for name, replies in recovers.items():
        hand = ByHand(*replies)
        with subtests.test(name):
            check_good(hand)
            assert hand.sleeps == [0.5, 1.0]
    fresh = fails("broken")
    ends: dict[str, tuple[Any, ...]] = {
        "twice": (STALE, STALE),
        "a fresh one": (fresh,),
        "a fresh one after it": (STALE, fresh),
    }
    for name, replies in ends.items():
        hand = ByHand(*replies, policy=NONE)
        with subtests.test(name):
            assert isinstance(hand.stream().error, APIConnectionError)
            assert hand.requests == len(replies)
