from itertools import product

import pytest

from mistralai.client._call.flow import State
from mistralai.client._call.retry import Attempt
from mistralai.client._call.steps import Close, Read, Send, Sleep
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import (
    InternalServerError,
    MistralClientError,
    RateLimitError,
    ResponseValidationError,
    StreamTruncatedError,
    precise,
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

EMPTY = delta(content="")

# --- an answer that comes whole ----------------------------------------------


def test_a_whole_answer_is_its_body() -> None:
    hand = ByHand(answers(b'{"id"', b': "1"}'), stream=False)
    assert hand.answer() == b'{"id": "1"}'
    assert [type(step) for step in hand.network.steps] == [Send, Read, Read, Read, Close]
    assert hand.call.attempts == (Attempt(200),)
    assert hand.call.head is not None
    assert hand.call.head.status == 200


def test_a_stream_is_its_events_in_order_and_then_reads_no_more() -> None:
    hand = ByHand(answers(ROLE, text("Hello"), text(" world"), STOP, DONE))
    events, error = hand.stream()
    assert said(events) == [None, "Hello", " world", None]
    assert error is None
    assert hand.stream_call.end_reason == "done"
    assert hand.call.attempts == (Attempt(200),)
    assert hand.call.head is not None
    assert hand.call.head.raw.status_code == 200
    steps = len(hand.network.steps)
    assert hand.pump() == []
    assert len(hand.network.steps) == steps


@pytest.mark.uncounted
def test_a_stream_gives_the_same_events_wherever_it_is_cut(subtests: pytest.Subtests) -> None:
    for path in hand_written():
        body = path.read_bytes()
        whole = ByHand(answers(body)).stream()
        assert whole.error is None
        for size in (1, 2, 3, 7, 100):
            with subtests.test(f"{path.stem} cut every {size} bytes"):
                assert ByHand(answers(*cut_every(body, size))).stream() == whole


# Bodies, and of each pump the seconds since the call and the events that it brings.
PUMPS: dict[str, tuple[tuple[Piece, ...], list[tuple[float, list[str | None]]]]] = {
    "an event is ready as soon as it came": (
        (text("a"), Wait(5.0), text("b"), Wait(5.0), STOP, DONE),
        [(0.0, ["a"]), (5.0, ["b"]), (10.0, [None])],
    ),
    "events of one read are ready together": (
        (text("a") + text("b"), SILENCE),
        [(0.0, ["a", "b"])],
    ),
    "events without content are held until one has it": (
        (ROLE, Wait(1.0), EMPTY, Wait(1.0), text("a"), SILENCE),
        [(2.0, [None, None, "a"])],
    ),
    "after content an empty event is not held": (
        (text("a"), EMPTY, SILENCE),
        [(0.0, ["a"]), (0.0, [None])],
    ),
}


def test_an_event_is_ready_once_there_is_content(subtests: pytest.Subtests) -> None:
    for case, (body, pumps) in PUMPS.items():
        hand = ByHand(answers(*body))
        hand.network.run(hand.stream_call.open())
        with subtests.test(case):
            assert [(said(hand.pump()), hand.elapsed) for _ in pumps] == [
                (texts, moment) for moment, texts in pumps
            ]


# --- states ------------------------------------------------------------------


def test_a_stream_is_in_one_state_after_another() -> None:
    hand = ByHand(
        answers(ROLE, fails("broken")),
        answers(ROLE, text("a"), text("b"), STOP + DONE),
    )
    call = hand.stream_call
    states = [call.state]
    hand.network.run(call.open())
    states.append(call.state)
    pump = call.pump()
    hand.network.run_to(Sleep, pump)  # the first attempt failed
    states.append(call.state)
    assert isinstance(pump.send(None), Send)
    pump.close()
    assert states == [State.OPENING, State.HOLDING, State.OPENING]

    hand = ByHand(answers(ROLE, text("a") + text("b"), STOP + DONE))
    call = hand.stream_call
    assert not call.has_unread_events
    hand.network.run(call.open())
    states = []
    while call.end_reason is None:
        states.append(call.state)
        hand.network.run(call.pump())
        assert call.has_unread_events == bool(call.ready)
        while call.ready:
            call.take()
    assert [*states, call.state] == [
        State.HOLDING,
        State.STREAMING,
        State.DRAINING,
        State.ENDED,
    ]


# --- how a stream ends -------------------------------------------------------

# Bodies, the texts of their events, and how they end; without `strict_end` the last ones.
ENDS: list[tuple[tuple[bytes, ...], list[str | None], str]] = [
    ((text("a"), STOP, DONE), ["a", None], "done"),
    ((text("a"), STOP, b"data: [DONE]"), ["a", None], "done"),
    ((text("a"), STOP, b"data: [DONE]\n"), ["a", None], "done"),
    ((text("a") + STOP + DONE,), ["a", None], "done"),
    ((text("a"), STOP), ["a", None], "finish_reason_only"),
    ((text("a"), STOP, b"data: {"), ["a", None], "finish_reason_only"),
    ((text("a"), DONE), ["a"], "done_only"),
    ((text("a"), text("b", index=1), STOP, DONE), ["a", "b", None], "done_only"),
    ((DONE,), [], "done_only"),
]
RELAXED_ENDS: list[tuple[tuple[bytes, ...], list[str | None], str]] = [
    ((text("a"),), ["a"], "truncated"),
    ((ROLE, EMPTY), [None, None], "truncated"),
    ((ROLE, EMPTY, DONE), [None, None], "done_only"),
    ((ROLE, EMPTY, b"data: [DONE]"), [None, None], "done_only"),
]


def test_a_stream_that_is_whole_ends_without_an_error(subtests: pytest.Subtests) -> None:
    for strict, table in ((True, ENDS), (False, ENDS + RELAXED_ENDS)):
        for body, texts, reason in table:
            hand = ByHand(answers(*body), strict_end=strict)
            with subtests.test(f"{reason}: {body!r}, strict_end={strict}"):
                events, error = hand.stream()
                assert error is None
                assert said(events) == texts
                assert hand.stream_call.end_reason == reason
                assert hand.call.attempts == (Attempt(200),)
    hand = ByHand(answers(text("a"), STOP, sse({"choices": [], "usage": {}})))
    events, error = hand.stream()
    assert (len(events), error) == (3, None)
    assert hand.stream_call.end_reason == "finish_reason_only"
    assert hand.call.attempts == (Attempt(200),)


CUT_OFF: list[tuple[bytes, ...]] = [
    (text("a"),),
    (text("a"), b"data: {"),
    (text("a"), text("b", index=1), STOP),
    (text("a"), b"data: [DON"),
]


def test_a_stream_that_is_cut_off_is_an_error_after_its_events(subtests: pytest.Subtests) -> None:
    for body in CUT_OFF:
        hand = ByHand(answers(*body))
        with subtests.test(repr(body)):
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


def test_a_stream_that_its_caller_closes_has_ended() -> None:
    hand = ByHand(answers(text("a"), SILENCE))
    hand.network.run(hand.stream_call.open())
    hand.pump()
    for _ in range(2):
        hand.stream_call.mark_closed()
        assert hand.stream_call.end_reason == "closed"
        assert hand.stream_call.error is None
        assert hand.call.attempts == (Attempt(200),)
    # One that has ended already stays as it is.
    hand = ByHand(answers(text("a"), STOP, DONE))
    hand.stream()
    hand.stream_call.mark_closed()
    assert hand.stream_call.end_reason == "done"


def test_a_stream_that_is_closed_from_another_thread_ends_as_that(
    subtests: pytest.Subtests,
) -> None:
    broken = fails("broken")
    cases: dict[str, tuple[tuple[Piece, ...], type[Read | Close], Piece | None]] = {
        "while it waits for an event": ((text("a"), Wait(1.0)), Read, text("late")),
        "while it waits, in vain": ((text("a"), Wait(1.0)), Read, broken),
        "while it ends": ((text("a"), STOP, DONE), Close, None),
        "while it fails": ((text("a"), broken), Close, None),
    }
    for case, (body, step, result) in cases.items():
        hand = ByHand(answers(*body))
        call = hand.stream_call
        hand.network.run(call.open())
        for _ in range(body.count(STOP) + 1):
            hand.pump()
        waiting = call.pump()
        hand.network.run_to(step, waiting)
        call.mark_closed()
        with subtests.test(case):
            with pytest.raises(StopIteration):
                waiting.throw(result) if isinstance(result, Exception) else waiting.send(result)
            assert call.end_reason == "closed"
            assert call.error is None
            assert hand.call.attempts == (Attempt(200),)


def test_what_happens_after_the_answer_is_complete_is_no_error(subtests: pytest.Subtests) -> None:
    bodies = {
        "finish reason": (text("a"), STOP),
        "both": (text("a"), STOP, DONE),
        "[DONE]": (text("a"), DONE),
    }
    faults: dict[str, Piece] = {
        "broken": fails("broken"),
        "timeout": fails("timeout"),
        "silent": SILENCE,
    }
    for (body, pieces), (fault, then) in product(bodies.items(), faults.items()):
        hand = ByHand(answers(*pieces, then), timeouts=Timeouts(idle=5.0, total=8.0))
        with subtests.test(f"{fault} after {body}"):
            assert hand.stream().error is None
            assert isinstance(hand.network.steps[-1], Close)
    # But for a body that is corrupt before [DONE].
    hand = ByHand(answers(text("a"), STOP, fails("encoding")))
    assert type(hand.stream().error) is ResponseValidationError


# --- after [DONE] ------------------------------------------------------------


def test_after_done_the_body_is_read_to_its_end_so_that_the_connection_can_be_used_again() -> None:
    hand = ByHand(answers(text("a"), STOP, DONE, Wait(0.02), b"\r\n"))
    assert hand.stream().error is None
    # Before the last step, the end of the body was seen.
    assert [type(step) for step in hand.network.steps[-3:]] == [Read, Read, Close]
    assert hand.elapsed == pytest.approx(0.02)
    # What is read then is no event.
    hand = ByHand(answers(text("a"), STOP + DONE + text("b"), text("c")))
    assert said(hand.stream().events) == ["a", None]
    # Without [DONE] the end was seen already.
    hand = ByHand(answers(text("a"), STOP))
    hand.stream()
    assert len(hand.steps(Read)) == 3


def test_the_last_event_does_not_wait_for_the_rest() -> None:
    hand = ByHand(answers(STOP + DONE, SILENCE))
    hand.network.run(hand.stream_call.open())
    assert said(hand.pump()) == [None]
    assert hand.elapsed == 0.0
    assert hand.stream_call.end_reason is None
    hand.pump()
    assert hand.elapsed == pytest.approx(0.05)
    assert hand.stream_call.end_reason == "done"


def test_the_rest_is_given_up_after_4_kib_or_50_milliseconds(subtests: pytest.Subtests) -> None:
    cases: dict[str, tuple[list[Piece], int]] = {
        "small pieces": ([b"x" * 1000] * 100, 5),
        "4 KiB": ([b"x" * 4096] * 100, 1),
        "a large piece": ([b"x" * 100_000] * 2, 1),
        "slow pieces": ([Wait(0.02), b"x"] * 100, 3),
    }
    for case, (rest, reads) in cases.items():
        hand = ByHand(answers(STOP, DONE, *rest))
        with subtests.test(case):
            assert hand.stream().error is None
            assert len(hand.steps(Read)) == 2 + reads
            assert hand.elapsed <= 0.0501
            assert isinstance(hand.network.steps[-1], Close)


# --- errors in a stream ------------------------------------------------------

# Bodies, the texts before their error, its class, and a part of its text or of its body.
ERRORS: dict[str, tuple[tuple[Piece, ...], list[str | None], type[Exception], str, str]] = {
    "an error object": (
        (ROLE + text("a"), text("b") + sse(RATE_LIMIT) + text("c")),
        [None, "a", "b"],
        RateLimitError,
        "Rate limit exceeded",
        "1300",
    ),
    "a finish reason 'error', whose event counts": (
        (text("a"), delta("error", content="b"), DONE),
        ["a", "b"],
        InternalServerError,
        "finish_reason 'error'",
        "error",
    ),
    "an event that is no chunk": (
        (text("a"), b"data: {oops\n\n", text("b"), STOP, DONE),
        ["a"],
        ResponseValidationError,
        "not JSON",
        "{oops",
    ),
    "a connection that breaks": (
        (ROLE, text("a"), fails("broken")),
        [None, "a"],
        precise.StreamReadError,
        "after 2 events",
        "",
    ),
}


def test_what_came_before_an_error_is_delivered_before_it(subtests: pytest.Subtests) -> None:
    for case, (body, texts, cls, says, excerpt) in ERRORS.items():
        hand = ByHand(answers(*body))
        with subtests.test(case):
            events, error = hand.stream()
            assert said(events) == texts
            assert isinstance(error, MistralClientError)
            assert type(error) is cls
            assert says in str(error)
            assert excerpt in error.body
            assert error.events_received == len(texts)
            assert error.partial is not None
            content = "".join(piece for piece in texts if piece)
            assert error.partial.choices[0].message.content == content
            assert hand.stream_call.end_reason == "error"
            assert isinstance(hand.network.steps[-1], Close)
    exact = ByHand(answers(text("a"), b"data: {oops\n\n")).stream().error
    assert type(exact) is ResponseValidationError
    assert exact.body == "{oops"


def test_an_event_that_is_too_large_is_an_error_after_those_before_it(
    subtests: pytest.Subtests,
) -> None:
    for size, ended, cut in product((200, 10_000), (True, False), (7, 10**6)):
        large = text("x" * size) if ended else text("x" * size)[:-1]
        body = cut_every(text("a") + large, cut)
        hand = ByHand(answers(*body), max_event_size=len(text("a")))
        with subtests.test(f"{size} bytes, ended: {ended}, cut every {cut}"):
            events, error = hand.stream()
            assert said(events) == ["a"]
            assert type(error) is ResponseValidationError
            assert "max_event_size" in str(error)
            assert error.cause is not None
            assert large.decode().startswith(error.body)
            assert 0 < len(error.body) <= 200
