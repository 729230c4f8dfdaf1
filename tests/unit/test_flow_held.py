"""A stream that fails before it says anything is asked for again."""

from itertools import product

import pytest

from mistralai.client._call.incoming import MAX_HELD_BYTES, MAX_HELD_EVENTS
from mistralai.client._call.retry import Policy
from mistralai.client._call.steps import Sleep
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import (
    BadRequestError,
    CapacityExceededError,
    HTTPValidationError,
    MistralClientError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
    SDKError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from support.flows import (
    GOOD,
    RATE_LIMIT,
    ROLE,
    SILENCE,
    STOP,
    ByHand,
    Piece,
    Wait,
    answers,
    check_good,
    delta,
    fails,
    refuses,
    said,
    sse,
    text,
)

NONE = Policy(retries=0)

EMPTY = delta(content="")
HELD: dict[str, tuple[bytes, ...]] = {
    "nothing": (),
    "role": (ROLE,),
    "empty": (ROLE, EMPTY),
    "ping": (b": ping\n\n", ROLE),
}

ASKED_AGAIN: dict[str, tuple[Piece, ...]] = {
    "broken": (fails("broken"),),
    "cut off": (),
    "rate limit": (sse(RATE_LIMIT),),
    "capacity": (sse({"object": "error", "code": "3505"}),),
    "server error": (sse({"error": {"message": "x"}}),),
    "status": (sse({"object": "error", "raw_status_code": 503}),),
    "event: error": (sse({"error": "x"}, "error"),),
}

NOT_ASKED_AGAIN: dict[str, tuple[Piece, type[MistralClientError]]] = {
    "bad request": (sse({"object": "error", "code": "3000"}), BadRequestError),
    "guardrail": (sse({"object": "error", "code": "3201"}), PermissionDeniedError),
    "fields": (sse({"detail": [{"msg": "x"}]}), HTTPValidationError),
    "bad json": (b"data: {\n\n", ResponseValidationError),
    "compression": (fails("encoding"), ResponseValidationError),
    "timeout": (fails("timeout"), MistralClientError),
}

CONTENT = {
    "text": text("a"),
    "tool call": delta(tool_calls=[{"function": {"name": "f", "arguments": ""}}]),
    "unknown": delta(reasoning_content="x"),
    "usage": sse({"choices": [], "usage": {"prompt_tokens": 1}}),
}


def test_a_stream_that_fails_before_content_is_asked_for_again(subtests: pytest.Subtests) -> None:
    for (name, fault), (before, held) in product(ASKED_AGAIN.items(), HELD.items()):
        hand = ByHand(answers(*held, *fault, x_try="1"), answers(*held, *fault), GOOD)
        with subtests.test(f"{name} after {before}"):
            check_good(hand)
            assert hand.sleeps == [0.5, 1.0]
            assert [attempt.status for attempt in hand.call.attempts] == [200, 200, 200]
            assert hand.call.head is not None
            assert "x-try" not in hand.call.head.headers


def test_some_faults_end_a_stream_even_before_content(subtests: pytest.Subtests) -> None:
    for (name, (fault, cls)), (before, held) in product(NOT_ASKED_AGAIN.items(), HELD.items()):
        hand = ByHand(answers(*held, fault))
        with subtests.test(f"{name} after {before}"):
            events, error = hand.stream()
            assert len(events) == len([piece for piece in held if piece.startswith(b"data")])
            assert isinstance(error, cls)
            assert error.events_received == len(events)
            assert hand.requests == 1
            assert len(hand.call.attempts) == 1


def test_when_retries_are_used_up_what_was_held_comes_before_the_error(
    subtests: pytest.Subtests,
) -> None:
    for name, fault in ASKED_AGAIN.items():
        hand = ByHand(*[answers(ROLE, EMPTY, *fault)] * 3)
        with subtests.test(name):
            events, error = hand.stream()
            assert len(events) == 2
            assert error is not None
            assert error.events_received == 2
            assert error.partial is not None
            assert not error.partial.choices[0].message.content
            cut = isinstance(error, StreamTruncatedError)
            assert hand.stream_call.end_reason == ("truncated" if cut else "error")
            assert hand.requests == 3
            assert [attempt.delay for attempt in hand.call.attempts] == [0.5, 1.0, None]


def test_a_stream_is_never_asked_for_again_after_content(subtests: pytest.Subtests) -> None:
    for (name, fault), (kind, content) in product(ASKED_AGAIN.items(), CONTENT.items()):
        hand = ByHand(answers(ROLE, content, *fault))
        with subtests.test(f"{name} after {kind}"):
            events, error = hand.stream()
            assert len(events) == 2
            assert error is not None
            assert hand.requests == 1
    # Not when it fails in the same read either.
    hand = ByHand(answers(ROLE + text("a") + sse(RATE_LIMIT)))
    events, error = hand.stream()
    assert said(events) == [None, "a"]
    assert isinstance(error, RateLimitError)
    assert hand.requests == 1


def test_events_that_were_held_in_an_attempt_that_failed_are_not_delivered() -> None:
    opening = sse({"id": "first", "choices": [{"delta": {"role": "assistant"}}]})
    hand = ByHand(answers(opening, fails("broken")), GOOD)
    events, _ = hand.stream()
    assert [event.data.id for event in events] == ["1", "1", "1"]
    assert hand.call.timing.events == 3
    # A status between the two attempts is tried again as it would be alone.
    hand = ByHand(answers(ROLE, fails("broken")), refuses(503), GOOD)
    check_good(hand)
    assert [attempt.status for attempt in hand.call.attempts] == [200, 503, 200]


def test_the_error_of_the_last_attempt_comes_after_what_an_earlier_one_held() -> None:
    hand = ByHand(answers(ROLE, fails("broken")), refuses(404))
    events, error = hand.stream()
    assert said(events) == [None]
    assert error is not None
    assert error.events_received == 1
    assert isinstance(error, SDKError)
    assert error.status_code == 404
    assert [attempt.status for attempt in hand.call.attempts] == [200, 404]
    assert hand.stream_call.end_reason == "error"


def test_the_wait_that_an_error_in_the_stream_asks_for_is_kept() -> None:
    reply = answers(sse({"error": {"message": "x", "code": 3505}}), retry_after="9")
    hand = ByHand(reply, GOOD)
    check_good(hand)
    assert hand.sleeps == [9.0]
    error = ByHand(reply, policy=NONE).stream().error
    assert type(error) is CapacityExceededError
    assert error.retry_after == 9.0


def test_as_much_is_held_as_may_be_and_then_handed_out(subtests: pytest.Subtests) -> None:
    count, size = MAX_HELD_EVENTS, MAX_HELD_BYTES
    frame = len(b"data: \n\n")
    half = delta(role="x" * (size // 2 - len(delta(role="")) + frame))
    named = b"id: 1\n" + half
    cases: list[tuple[str, list[bytes], bytes]] = [
        ("events, in one read", [ROLE * count], ROLE),
        ("events, each in a read", [ROLE] * count, ROLE),
        ("bytes", [half, half], ROLE),
        ("bytes, and what is no event", [half, half], sse(None) + ROLE),
        ("bytes of events with an id", [named, named], ROLE),
    ]
    for case, held, more in cases:
        with subtests.test(case):
            check_good(ByHand(answers(*held, fails("broken")), GOOD))
            hand = ByHand(answers(*held, more, fails("broken")))
            hand.network.run(hand.stream_call.open())
            assert len(hand.pump()) == b"".join([*held, more]).count(b"choices")
            assert hand.call.timing.first_content is None
            hand.pump()
            assert isinstance(hand.stream_call.error, StreamInterruptedError)
            assert hand.requests == 1
    # What an earlier attempt held does not count.
    many = answers(ROLE * count, fails("broken"))
    large = answers(delta(role="x" * (size * 2 // 3)), fails("broken"))
    check_good(ByHand(many, large, many, large, GOOD, policy=Policy(retries=4)))


def test_a_stream_that_is_closed_while_it_waits_sends_nothing_more() -> None:
    hand = ByHand(answers(ROLE, fails("broken")))
    hand.network.run(hand.stream_call.open())
    waiting = hand.stream_call.pump()
    hand.network.run_to(Sleep, waiting)
    hand.stream_call.mark_closed()
    with pytest.raises(StopIteration):
        waiting.send(None)
    assert hand.requests == 1
    assert hand.stream_call.end_reason == "closed"
    assert hand.stream_call.error is None


def test_each_attempt_has_its_own_time_for_a_first_event() -> None:
    slow = answers(Wait(4.0), ROLE, fails("broken"))
    limits = Timeouts(first_event=5.0)
    hand = ByHand(slow, slow, answers(Wait(4.0), text("a"), STOP), timeouts=limits)
    assert hand.stream().error is None
    assert hand.elapsed == 13.5
    # When that has passed there is no other attempt.
    hand = ByHand(answers(ROLE, SILENCE), timeouts=limits)
    events, error = hand.stream()
    assert said(events) == [None]
    assert error is not None
    assert hand.elapsed == 5.0
