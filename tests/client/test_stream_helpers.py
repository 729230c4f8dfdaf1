"""The helpers of a stream beside its events, sync and async, on real sockets."""

import pytest

from mistralai.client.deltas import FinishDelta, TextDelta, ThinkingDelta, ToolCallDelta, UsageDelta
from mistralai.client.errors import (
    IncompleteStreamError,
    RateLimitError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from mistralai.simulator import Answer, Gate, Simulator
from support.chunks import chunk_of
from support.serving import ASK, DONE, event

USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
CALL = {"id": "abcdefghi", "function": {"name": "f", "arguments": '{"a": 1}'}}

CHUNKS = [
    chunk_of({"role": "assistant", "content": ""}, model="m"),
    chunk_of({"content": [THOUGHT]}),
    chunk_of({"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "On"}]}),
    chunk_of({"content": "e, "}),
    chunk_of({"content": "other"}, index=1),
    chunk_of({"content": "two", "tool_calls": [CALL]}, "tool_calls"),
    chunk_of({}, "stop", index=1),
    chunk_of(usage=USAGE),
]
DELTAS = [
    ThinkingDelta(0, "hm"),
    TextDelta(0, "On"),
    TextDelta(0, "e, "),
    TextDelta(1, "other"),
    TextDelta(0, "two"),
    ToolCallDelta(0, 0, "abcdefghi", "f", '{"a": 1}'),
    FinishDelta(0, "tool_calls"),
    FinishDelta(1, "stop"),
]
BODY = [event(chunk) for chunk in CHUNKS]


@pytest.fixture
def serve(colour):
    """Open a stream of a body."""
    simulators = []

    def open_stream(*body, ending="clean", **params):
        sim = Simulator(Answer(body=[*body], ending=ending))
        sim.start()
        simulators.append(sim)
        client = colour.client(server_url=sim.url, retry_config=None)
        return colour.open(client, **ASK, **params)

    yield open_stream
    for sim in simulators:
        sim.stop()


@pytest.fixture
def whole(serve):
    return lambda: serve(*BODY, DONE)


def test_the_text_comes_in_pieces_and_is_that_of_choice_0(colour, whole):
    stream = whole()
    assert colour.collect(stream.text_stream) == ["On", "e, ", "two"]
    assert colour.collect(stream.text_stream) == []
    assert stream.end_reason == "done"


def test_deltas_have_all_that_came(colour, whole):
    stream = whole()
    *deltas, last = colour.collect(stream.deltas)
    assert deltas == DELTAS
    assert last == UsageDelta(stream.usage)
    assert stream.usage.completion_tokens == 5


def test_an_empty_finish_reason_is_none(colour, serve):
    """Relays write it into every chunk."""
    pieces = [event(chunk_of({"content": text}, "")) for text in ("Hel", "lo")]
    stream = serve(*pieces, event(chunk_of({}, "stop")), DONE)
    assert colour.collect(stream.deltas) == [
        TextDelta(0, "Hel"),
        TextDelta(0, "lo"),
        FinishDelta(0, "stop"),
    ]
    cut = serve(*pieces)
    assert colour.next(cut).data.choices[0].finish_reason is None
    with pytest.raises(StreamTruncatedError) as caught:
        colour.collect(cut)
    assert caught.value.partial.choices[0].finish_reason is None


def test_events_text_and_deltas_are_one_cursor(colour, whole):
    """Each goes on where the last one stopped; events go on with the next whole event."""
    stream = whole()
    colour.next(stream)
    assert colour.next(stream.deltas) == ThinkingDelta(0, "hm")
    assert colour.next(stream.text_stream) == "On"
    assert colour.next(stream).data.choices[0].delta.content == "e, "
    assert colour.next(stream.deltas) == TextDelta(1, "other")
    assert colour.next(stream.deltas) == TextDelta(0, "two")
    assert colour.next(stream.deltas) == ToolCallDelta(0, 0, "abcdefghi", "f", '{"a": 1}')
    assert len(colour.collect(stream)) == 2
    assert colour.collect(stream.deltas) == []


def test_what_is_left_of_an_event_goes_to_the_text(colour, serve):
    thought_and_text = {"content": [THOUGHT, {"type": "text", "text": "A"}, "B"]}
    stream = serve(event(chunk_of(thought_and_text, "stop")), DONE)
    assert colour.next(stream.deltas) == ThinkingDelta(0, "hm")
    assert colour.collect(stream.text_stream) == ["AB"]


def test_a_stream_that_is_iterated_forgets_the_deltas_that_were_left(colour, whole):
    stream = whole()
    deltas = stream.deltas
    while colour.next(deltas) != TextDelta(0, "two"):
        pass
    colour.next(stream)
    assert colour.collect(deltas) == [UsageDelta(stream.usage)]


def test_the_whole_answer_can_be_had_at_any_time(colour, whole, subtests):
    for name, read_before in {"unread": 0, "after 3 events": 3, "at the end": None}.items():
        with subtests.test(name):
            stream = whole()
            for _ in range(read_before or 0):
                colour.next(stream)
            if read_before is None:
                colour.collect(stream)
            answer = colour.call(stream.get_final_completion)
            assert (answer.model, answer.object) == ("m", "chat.completion")
            assert answer.usage == stream.usage
            assert [choice.finish_reason for choice in answer.choices] == ["tool_calls", "stop"]
            assert answer.choices[1].message.content == "other"
            assert answer.request_id == stream.request_id
            assert answer is colour.call(stream.get_final_completion)
            assert colour.call(stream.get_final_text) == "One, two"
            assert colour.call(stream.until_done) is stream


def test_a_snapshot_grows_and_choice_0_has_its_shortcuts(colour, serve):
    gate = Gate()
    stream = serve(*BODY[:4], gate, *BODY[4:], DONE)
    assert (stream.usage, stream.finish_reason, stream.tool_calls) == (None, None, [])
    assert (stream.snapshot.choices, stream.message.content) == ([], "")
    for _ in range(4):
        colour.next(stream)
    first = stream.snapshot
    assert stream.snapshot is first
    thinking, text = first.choices[0].message.content
    assert (thinking.thinking[0].text, text.text) == ("hm", "One, ")
    gate.open()
    colour.collect(stream)
    assert stream.snapshot.choices[0].message.content[1].text == "One, two"
    assert text.text == "One, "
    assert stream.finish_reason == "tool_calls"
    assert [call.function.arguments for call in stream.tool_calls] == ['{"a": 1}']
    assert stream.incomplete_tool_calls == []
    assert stream.message.model_dump()["content"][1] == {"type": "text", "text": "One, two"}


def test_the_message_is_accepted_in_the_next_turn(colour, serve, sim):
    stream = serve(*BODY, DONE)
    message = colour.call(stream.until_done).message
    client = colour.client(server_url=sim.url)
    answer = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "2"}
    next_turn = {**ASK, "messages": [*ASK["messages"], message, answer]}
    assert colour.complete(client, **next_turn).choices[0].finish_reason == "stop"


ENDINGS = {
    "cut": (StreamInterruptedError, [], "cut"),
    "truncated": (StreamTruncatedError, [], "clean"),
    "error": (RateLimitError, [event({"message": "slow down", "code": "1300"})], "clean"),
}


def test_after_an_error_all_helpers_work_on_what_arrived(colour, serve, subtests):
    for name, (error, more, ending) in ENDINGS.items():
        with subtests.test(name):
            stream = serve(*BODY[:4], *more, ending=ending)
            texts = stream.text_stream
            assert [colour.next(texts), colour.next(texts)] == ["On", "e, "]
            with pytest.raises(error) as raised:
                colour.next(texts)
            for method in (stream.until_done, stream.get_final_completion, stream.get_final_text):
                with pytest.raises(error) as again:
                    colour.call(method)
                assert again.value is raised.value
            assert raised.value.partial is stream.snapshot
            assert stream.message.content[1].text == "One, "
            assert (stream.tool_calls, stream.usage, stream.finish_reason) == ([], None, None)
            assert stream.timing.events == 4


def test_after_an_early_close_the_whole_answer_is_an_error_with_its_part(colour, serve):
    stream = serve(*BODY[:3], Gate(), DONE)
    colour.next(stream.text_stream)
    colour.call(stream.text_stream.close)
    assert stream.end_reason == "closed"
    for method in (stream.until_done, stream.get_final_completion, stream.get_final_text):
        with pytest.raises(IncompleteStreamError, match="closed before its end") as raised:
            colour.call(method)
    assert raised.value.partial.choices[0].message.content[1].text == "On"
    assert raised.value.events_received == 3


def test_a_close_after_the_last_finish_reason_is_not_early(colour, serve):
    stream = serve(event(chunk_of({"content": "Hi"}, "stop")), Gate())
    colour.next(stream)
    colour.close(stream)
    assert colour.call(stream.get_final_text) == "Hi"


def test_a_call_that_was_cut_off_is_kept_apart(colour, serve):
    stream = serve(event(chunk_of({"tool_calls": [CALL]}, "length")), DONE)
    colour.call(stream.until_done)
    assert stream.tool_calls == []
    [incomplete] = stream.incomplete_tool_calls
    assert (incomplete.call.id, incomplete.reason) == ("abcdefghi", "truncated")


def test_a_stream_that_ends_with_done_alone_has_its_calls(colour, serve):
    stream = serve(event(chunk_of({"tool_calls": [CALL]})), DONE)
    colour.next(stream)
    assert stream.incomplete_tool_calls[0].reason == "truncated"
    colour.call(stream.until_done)
    assert stream.end_reason == "done_only"
    assert [call.id for call in stream.tool_calls] == ["abcdefghi"]


def test_timing_knows_gaps_and_usage(colour, serve):
    gate = Gate()
    stream = serve(*BODY[:4], gate, *BODY[4:], DONE)
    colour.next(stream)
    assert stream.timing.tokens_per_second is None
    gate.open()
    colour.call(stream.until_done)
    timing = stream.timing
    assert (timing.events, len(timing.gaps), timing.completion_tokens) == (8, 7, 5)
    assert 0 <= timing.gaps.p50 <= timing.gaps.p95 <= timing.gaps.max
    assert timing.tokens_per_second > 0
    assert timing.headers <= timing.first_event <= timing.first_content <= timing.last_event


def test_a_view_keeps_its_stream_and_its_drop_is_the_streams(colour, serve):
    texts = serve(*BODY[:3], Gate()).text_stream
    assert colour.next(texts) == "On"
    with pytest.warns(ResourceWarning, match="dropped before its end"):
        del texts
