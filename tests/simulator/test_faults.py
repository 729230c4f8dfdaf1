"""Faults of the body, seen by a client of plain sockets."""

import gzip
import json
import zlib

import pytest

from mistralai.simulator import At, Scenario, Simulator, Timing, faults
from support.naive_reader import read_chunks
from support.raw_answer import ask
from support.raw_client import RawClient, chat
from support.spoiling import recorded_sleep, spoiled

DONE = b"data: [DONE]\n\n"


def test_a_body_ends_early_after_any_event(subtests, events):
    for fault, end in [(faults.Cut, "eof"), (faults.Reset, "reset"), (faults.Truncate, "whole")]:
        for place in range(5):
            with subtests.test(fault=fault, end=end, place=place):
                answer = spoiled(fault(at=At(event=place)))
                assert (answer.body, answer.end) == (b"".join(events[:place]), end)


def test_a_body_ends_early_at_any_byte(subtests, events):
    for fault, end in [(faults.Cut, "eof"), (faults.Reset, "reset"), (faults.Truncate, "whole")]:
        with subtests.test(fault=fault):
            text = b"".join(events)
            for place in range(0, len(text), 97):
                answer = spoiled(fault(at=At(byte=place)))
                assert (answer.body, answer.end) == (text[:place], end)


def test_a_body_ends_early_after_a_time(subtests, events):
    for fault in [faults.Cut, faults.Reset, faults.Truncate]:
        with subtests.test(fault=fault):
            slept = []
            scenario = Scenario(
                timing=Timing(first=2, tokens_per_second=1), faults=[fault(at=At(time=2.5))]
            )
            with Simulator(scenario, sleep=recorded_sleep(slept)) as sim:
                body = ask(sim).body
            assert (body, slept) == (b"".join(events[:2]), [2, 0.5])


ENDLESS = {
    "stall": (faults.Stall(at=At(event=2)), b'"Hello"'),
    "pings": (faults.Pings(at=At(event=1), every=0), b"8\r\n: ping\n\n\r\n" * 3),
    "endless": (faults.Endless(), DONE),
    "endless with pings": (faults.Endless(every=0), b": ping\n\n\r\n"),
}


def test_an_answer_that_never_ends_lasts_until_the_client_closes(subtests):
    for name, (fault, seen) in ENDLESS.items():
        with subtests.test(name), Simulator(Scenario(faults=[fault])) as sim:
            with RawClient(sim.url) as client:
                client.send(chat(stream=True))
                _, error = client.read_until(lambda data, seen=seen: seen in data)
                assert error is None
                if name == "stall":
                    sim.requests[0].answered.wait()
                assert not sim.requests[0].closed.is_set()
            sim.requests[0].closed.wait()


def test_a_stall_may_end(events):
    slept = []
    answer = spoiled(faults.Stall(at=At(event=2), seconds=30), sleep=recorded_sleep(slept))
    assert (answer.body, answer.end, slept) == (b"".join(events), "whole", [30])


TEXT, KIND = "Rate limit exceeded", "rate_limited"


DETAIL = [{"type": KIND, "loc": ["body"], "msg": TEXT, "input": None}]


OBJECT = {"object": "error", "message": TEXT, "type": KIND, "param": None, "code": "1300"}


SHAPES = {
    "object": OBJECT,
    "status": OBJECT | {"raw_status_code": 429},
    "no-code": OBJECT | {"code": None},
    "number": OBJECT | {"code": 1300},
    "evaluation": OBJECT | {"object": "Error", "code": 1300, "guardrails": []},
    "wrapped": OBJECT | {"message": {"detail": DETAIL}, "raw_status_code": 429},
    "list": {"detail": DETAIL},
    "detail": {"detail": TEXT},
    "gateway": {"message": TEXT, "request_id": "0" * 32},
    "message": {"message": TEXT},
    "guardrail": {
        "error": {"message": TEXT, "status": 429},
        "guardrails": {"results": {"moderation": {"blocked": True}}},
    },
    "openai": {"error": {"message": TEXT, "type": KIND, "code": 1300}},
}


def test_a_stream_may_have_an_error_of_each_shape(subtests, events):
    for shape, expected in SHAPES.items():
        with subtests.test(shape):
            answer = spoiled(faults.ErrorEvent(at=At(event=2), shape=shape, status=429))
            error = json.dumps(expected, separators=(",", ":")).encode()
            assert answer.body == b"".join(events[:2]) + b"data: " + error + b"\n\n"
            assert answer.end == "whole"


def body_table(events):
    """Return faults, and the body of an answer with these faults."""
    first, second, third, *rest = events
    whole = b"".join(events)
    ping = b": ping\n\n"
    one_ping = faults.Pings(every=0, count=1)
    error = b'event: error\ndata: {"detail":"Service unavailable."}\n\n'
    pause = faults.Stall(seconds=0, at=At(event=2))
    cut, twice = faults.Cut(at=At(event=3)), faults.Duplicate(at=At(event=0))
    return {
        "a place past the end": ([faults.Cut(at=At(event=100))], whole),
        "two pings": (
            [faults.Pings(at=At(event=1), every=0, count=2)],
            first + ping * 2 + whole.removeprefix(first),
        ),
        "a named error": (
            [faults.ErrorEvent(at=At(event=2), shape="detail", named=True, goes_on=True)],
            b"".join([first, second, error, third, *rest]),
        ),
        "anything put in": (
            [faults.Insert(at=At(byte=5), data="\u00e9")],
            whole[:5] + b"\xc3\xa9" + whole[5:],
        ),
        "an event twice": (
            [faults.Duplicate(at=At(event=1))],
            b"".join([first, second, second, third, *rest]),
        ),
        "two events swapped": (
            [faults.Swap(at=At(event=1))],
            b"".join([first, third, second, *rest]),
        ),
        "the last event swapped": ([faults.Swap(at=At(event=4))], whole),
        "no last event": ([faults.NoDone()], b"".join(events[:-1])),
        "no final line ends": ([faults.NoFinalNewline()], whole[:-2]),
        "CRLF": (
            [faults.LineEnds(style="crlf"), one_ping],
            ping + whole.replace(b"\n", b"\r\n"),
        ),
        "CR": ([faults.LineEnds(style="cr"), one_ping], ping + whole.replace(b"\n", b"\r")),
        "CRLF after a ping and a pause": (
            [one_ping, faults.Stall(seconds=0), faults.LineEnds()],
            (ping + whole).replace(b"\n", b"\r\n"),
        ),
        "byte order mark": ([faults.ByteOrderMark()], b"\xef\xbb\xbf" + whole),
        "swapped around a pause": (
            [pause, faults.Swap(at=At(event=1))],
            b"".join([first, third, second, *rest]),
        ),
        "split around a pause": (
            [pause, faults.SplitUtf8(), faults.NoFinalNewline()],
            whole[:-2],
        ),
        "cut, then twice": ([cut, twice], b"".join([first, first, second, third])),
        "twice, then cut": ([twice, cut], b"".join([first, first, second])),
        "nothing to shorten": ([faults.Truncate(), faults.NoFinalNewline()], b""),
        "nothing to split": ([faults.Truncate(), faults.SplitUtf8()], b""),
    }


def test_faults_change_the_body_in_their_order(subtests, events):
    for name, (spoiling, body) in body_table(events).items():
        with subtests.test(name):
            answer = spoiled(*spoiling)
            cut = any(isinstance(fault, faults.Cut) for fault in spoiling) and body != b"".join(
                events
            )
            assert (answer.body, answer.end) == (body, "eof" if cut else "whole")


def test_an_error_may_be_a_finish_reason():
    body = spoiled(faults.ErrorEvent(at=At(event=2), shape="finish-reason")).body
    assert read_chunks(body)[-1]["choices"][0]["finish_reason"] == "error"


def test_bad_json_is_an_incomplete_event(events):
    body = spoiled(faults.BadJson(at=At(event=1))).body
    event = body.removeprefix(events[0]).removesuffix(b"".join(events[1:]))
    assert event.startswith(b'data: {"id"')
    assert event.endswith(b"\n\n")
    with pytest.raises(ValueError, match="line 1"):
        read_chunks(event)


def test_a_huge_event_has_the_requested_size(events):
    body = spoiled(faults.HugeEvent(at=At(event=1), size=200_001)).body
    event = body.removeprefix(events[0]).removesuffix(b"".join(events[1:]))
    assert read_chunks(event)[0]["choices"][0]["delta"]["content"] == "x" * 200_001


def test_pauses_are_kept_without_the_last_line_ends():
    slept = []
    timing = Timing(first=1, tokens_per_second=2)
    scenario = Scenario(timing=timing, faults=[faults.NoFinalNewline()])
    with Simulator(scenario, sleep=recorded_sleep(slept)) as sim:
        assert ask(sim).body.endswith(b"data: [DONE]")
    assert slept == [1, 0.5, 0.5, 0.5]


def test_characters_are_split_between_two_sends():
    slept = []
    request = chat("a\u00e9\U0001f642b", stream=True)
    answer = spoiled(faults.SplitUtf8(), request=request, sleep=recorded_sleep(slept))
    assert "a\u00e9\U0001f642b".encode() in answer.body
    assert slept == [0.002, 0.002]


def test_the_body_may_be_compressed(events):
    fault = faults.Pings(every=0, count=1)
    answer = spoiled(fault, faults.Stall(seconds=0), faults.Gzip())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b": ping\n\n" + b"".join(events)
    assert answer.end == "whole"


def test_a_compressed_body_may_end_early(subtests, events):
    for fault, end in [(faults.Cut, "eof"), (faults.Truncate, "whole")]:
        with subtests.test(fault=fault):
            answer = spoiled(fault(at=At(event=1)), faults.Gzip())
            decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            assert (decompressor.decompress(answer.body), answer.end) == (events[0], end)
            assert decompressor.eof is (end == "whole")


def test_a_fault_of_the_body_applies_without_streaming():
    with Simulator() as sim:
        whole = ask(sim, chat()).body
    answer = spoiled(faults.Cut(at=At(byte=10)), request=chat())
    assert (answer.body, answer.end) == (whole[:10], "eof")
