"""What a call tells of itself: its times and its log."""

from support.flows import (
    DONE,
    KEY,
    RATE_LIMIT,
    ROLE,
    STOP,
    ByHand,
    Wait,
    answers,
    fails,
    refuses,
    sse,
    text,
)

# --- times -------------------------------------------------------------------


def test_the_parts_of_an_answer_are_timed_from_the_call() -> None:
    body = (Wait(1.0), ROLE, Wait(2.0), text("a"), Wait(4.0), text("b"), STOP, DONE)
    hand = ByHand(answers(*body))
    hand.stream()
    timing = hand.call.timing
    assert (timing.headers, timing.first_event, timing.first_content) == (0.0, 1.0, 3.0)
    assert timing.total == 7.0
    assert timing.events == 4
    assert timing.bytes == sum(len(piece) for piece in body if isinstance(piece, bytes))
    assert str(timing) == (
        f"headers 0.000 s, first content 3.000 s, total 7.000 s, 4 events, {timing.bytes} bytes"
    )


def test_what_did_not_happen_has_no_time() -> None:
    hand = ByHand(fails("certificate"))
    hand.stream()
    timing = hand.call.timing
    assert (timing.headers, timing.first_event, timing.first_content) == (None, None, None)
    assert timing.total == 0.0
    assert str(timing) == "total 0.000 s, 0 events, 0 bytes"


def test_the_first_attempt_counts_for_the_times_of_the_second() -> None:
    hand = ByHand(answers(Wait(1.0), ROLE), answers(ROLE, Wait(1.0), text("a"), STOP))
    hand.stream()
    timing = hand.call.timing
    assert (timing.headers, timing.first_event, timing.first_content) == (1.5, 1.5, 2.5)
    assert timing.events == 3


# --- the log -----------------------------------------------------------------


def test_every_step_of_a_call_is_logged_with_its_request_id() -> None:
    hand = ByHand(
        refuses(503, mistral_correlation_id="id-1"),
        answers(text("a"), STOP, DONE, x_kong_request_id="id-2"),
    )
    hand.stream()
    url = "https://api.example/v1/chat/completions"
    assert hand.lines == [
        f"[no request id yet] POST {url}",
        "[id-1] status 503 after 0.000 s",
        "[id-1] retrying in 0.500 s: status 503",
        f"[no request id yet] POST {url}",
        "[id-2] status 200 after 0.500 s",
        f"[id-2] end (done): {hand.call.timing}",
    ]
    # The end of a whole answer is logged too.
    hand = ByHand(answers(b"{}", mistral_correlation_id="id-1"), stream=False)
    hand.answer()
    ended = "headers 0.000 s, total 0.000 s, 0 events, 2 bytes"
    assert hand.lines[-1] == f"[id-1] end (answered): {ended}"


def test_the_log_shows_neither_key_nor_password_nor_prompt() -> None:
    hand = ByHand(
        fails("connect"),
        answers(ROLE, sse(RATE_LIMIT)),
        answers(text("a secret"), fails("broken")),
        url="https://user:secret@api.example/v1?token=secret",
    )
    hand.stream()
    assert len(hand.lines) == 8
    for line in hand.lines:
        assert KEY not in line
        assert "secret" not in line


def test_a_call_that_nobody_listens_to_runs_all_the_same() -> None:
    hand = ByHand(refuses(503), answers(text("a"), STOP, DONE), log=False)
    assert hand.stream().error is None
    assert hand.lines == []
