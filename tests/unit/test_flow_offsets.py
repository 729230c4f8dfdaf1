"""Each fault of a stream at each byte of it."""

import pytest

from mistralai.client._call.retry import Policy
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import (
    APITimeoutError,
    MistralClientError,
    ResponseValidationError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from support.flows import DONE, SILENCE, ByHand, Piece, answers, fails, said
from support.naive_sse import read_events

OPENING = b'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n: ping\n\n'
FIRST = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
SECOND = b'data: {"choices":[{"delta":{"content":"b"}}]}\n\n'
STOP = b'data: {"choices":[{"finish_reason":"stop"}]}\n\n'
BODY = OPENING + FIRST + SECOND + STOP + DONE
CONTENT_AT = len(OPENING + FIRST)
COMPLETE_AT = len(BODY) - len(DONE)
LIMITS = Timeouts(first_event=10.0, idle=5.0)

every_byte = range(len(BODY) + 1)


def contents(body: bytes) -> list[str | None]:
    """The text of each event that a body completes."""
    count = len([event for event in read_events(body).events if event.data != "[DONE]"])
    return [None, "a", "b", None][:count]


FAULTS: dict[str, tuple[Piece | None, type[MistralClientError]]] = {
    "broken": (fails("broken"), StreamInterruptedError),
    "timeout": (fails("timeout"), APITimeoutError),
    "silent": (SILENCE, APITimeoutError),
    "cut off": (None, StreamTruncatedError),
}


@pytest.mark.uncounted
def test_what_arrived_before_a_fault_is_delivered_and_then_the_error(
    subtests: pytest.Subtests,
) -> None:
    for name, (fault, cls) in FAULTS.items():
        with subtests.test(name):
            for offset in every_byte:
                check_fault_at(offset, fault, cls)


def check_fault_at(offset: int, fault: Piece | None, cls: type[MistralClientError]) -> None:
    body = [piece for piece in (BODY[:offset], fault) if piece]
    hand = ByHand(answers(*body), timeouts=LIMITS, policy=Policy(retries=0))
    events, error = hand.stream()
    assert said(events) == contents(BODY[:offset]), offset
    if offset >= COMPLETE_AT:
        assert error is None, offset
        return
    assert isinstance(error, cls), offset
    assert error.events_received == len(events), offset
    if isinstance(error, APITimeoutError):
        assert error.phase == ("idle" if offset >= CONTENT_AT else "first_event"), offset


def test_a_stream_is_asked_for_again_until_content_came() -> None:
    for offset in every_byte:
        hand = ByHand(answers(BODY[:offset], fails("broken")), answers(BODY))
        events, error = hand.stream()
        again = offset < CONTENT_AT
        assert hand.requests == 1 + again
        assert said(events) == contents(BODY if again else BODY[:offset])
        assert (error is None) == (again or offset >= COMPLETE_AT)


def test_garbage_is_an_error_after_what_arrived() -> None:
    for offset in every_byte:
        garbage = b"\n\ndata: {oops\n\n"
        hand = ByHand(answers(BODY[:offset] + garbage, SILENCE), timeouts=LIMITS)
        events, error = hand.stream()
        assert said(events)[: len(contents(BODY[:offset]))] == contents(BODY[:offset])
        if read_events(BODY[:offset] + b"\n\n").events[-1:] == read_events(BODY).events[-1:]:
            assert error is None
        else:
            assert isinstance(error, ResponseValidationError)
        assert hand.requests == 1


def test_corrupt_compression_is_an_error_until_the_end_came() -> None:
    for offset in every_byte:
        hand = ByHand(answers(BODY[:offset], fails("encoding")))
        events, error = hand.stream()
        assert said(events) == contents(BODY[:offset])
        assert isinstance(error, ResponseValidationError | None)
        assert (error is None) == (offset == len(BODY))
        assert hand.requests == 1
