"""Streams of raw calls: whatever goes wrong, what came is given, and then the error of its kind."""

import gzip

import pytest

from mistralai.client import Timeouts, errors
from mistralai.simulator import Answer, Gate, Simulator, Wire
from support.fault_table import packed, says
from support.faults import quickly
from support.rawcalls import call
from support.unseen import rendered, shown

KEY = "a-key-that-nobody-may-see"
NAMED = b'event: response.created\ndata: {\ndata: "a": 1}\n\n'
PLAIN = b'data: {"b": 2}\n\n'
DONE = b"data: [DONE]\n\n"


def opened(colour, url, name="stream_request", path="/v1/x", **options):
    settings = {"api_key": KEY, "server_url": url, "retry_config": quickly()}
    client = colour.client(**settings | options.pop("client", {}))
    return call(colour, client, name, "GET", path, **options)


def read(colour, stream):
    """Read a stream to its end or its error; return what it gave."""
    got, error = [], None
    try:
        while True:
            got.append(colour.next(stream))
    except StopIteration:
        pass
    except errors.MistralClientError as raised:
        error = raised
    assert error is None or KEY not in rendered(error) + shown(error)
    return got, error


def test_events_are_given_as_they_are_and_done_ends_the_stream(colour, subtests):
    bodies = {
        "with [DONE]": [NAMED, PLAIN, DONE, PLAIN],
        "without it": [NAMED, PLAIN],
        "in one read": [NAMED + PLAIN + DONE],
        "with pings": [b": ping\n\n", NAMED, b": ping\n\n", PLAIN, DONE],
    }
    for name, body in bodies.items():
        with subtests.test(name), Simulator(Answer(body=body)) as sim:
            stream = opened(colour, sim.url, params={"a": 1})
            events, error = read(colour, stream)
            assert error is None
            assert [event.event for event in events] == ["response.created", "message"]
            assert [event.json() for event in events] == [{"a": 1}, {"b": 2}]
            assert events[0].data == '{\n"a": 1}'
            assert (stream.end_reason, stream.timing.events) == ("done", 2)
            assert stream.response.status_code == 200
            assert [attempt.status for attempt in stream.attempts] == [200]
            assert sim.requests[0].target == "/v1/x?a=1"
            assert sim.requests[0].headers["accept"] == "text/event-stream"


FAULTS = {
    "an error event": (
        Answer(body=[PLAIN, b'event: error\ndata: {"message":"x","code":"1300"}\n\n']),
        errors.RateLimitError,
        "error",
    ),
    "an error object": (
        Answer(body=[PLAIN, b'data: {"object":"error","message":"x","code":"3505"}\n\n']),
        errors.CapacityExceededError,
        "error",
    ),
    "an error of a name": (
        Answer(body=[PLAIN, b'event: response.error\ndata: {"message":"x","code":3000}\n\n']),
        errors.BadRequestError,
        "error",
    ),
    "a cut": (Answer(body=[PLAIN], ending="cut"), errors.StreamInterruptedError, "error"),
    "a reset": (Answer(body=[PLAIN], ending="reset"), errors.StreamInterruptedError, "error"),
    "an event above the limit": (
        Answer(body=[PLAIN, b"data: " + b"x" * 3000]),
        errors.ResponseValidationError,
        "error",
    ),
    "silence": (Answer(body=[PLAIN], ending="hang"), errors.APITimeoutError, "error"),
}


def test_an_error_in_mid_stream_is_raised_after_the_events_before_it(colour, subtests):
    for name, (answer, kind, end_reason) in FAULTS.items():
        with subtests.test(name), Simulator(answer) as sim:
            settings = {"max_event_size": 2000}
            timeouts = Timeouts(idle=0.05) if name == "silence" else None
            stream = opened(colour, sim.url, client=settings, timeouts=timeouts)
            events, error = read(colour, stream)
            assert [event.json() for event in events] == [{"b": 2}]
            assert type(error) is kind or isinstance(error, kind)
            assert (stream.end_reason, error.events_received) == (end_reason, 1)
            assert len(sim.requests) == 1


def test_a_stream_that_does_not_begin_is_an_error_or_begins_again(colour, subtests):
    with subtests.test("again"), Simulator([says(503), Answer(body=[PLAIN])]) as sim:
        stream = opened(colour, sim.url)
        assert len(read(colour, stream)[0]) == 1
        assert [attempt.status for attempt in stream.attempts] == [503, 200]
    refused = {404: errors.NotFoundError, 422: errors.HTTPValidationError}
    for status, kind in refused.items():
        with subtests.test(status), Simulator(says(status)) as sim, pytest.raises(kind):
            opened(colour, sim.url)
    html = Answer(body=[b"<html>"], content_type="text/html")
    with subtests.test("another body"), Simulator(html) as sim:
        events, error = read(colour, opened(colour, sim.url))
        assert events == []
        assert isinstance(error, errors.ResponseValidationError)
        assert "or read the answer by client.request" in str(error)


def test_a_body_of_another_type_without_an_event_is_an_error(colour, subtests):
    bodies = {
        "sound": ("audio/mpeg", [b"\xff\xfb\n\n\x00", b"\n\nid: 3"], False),
        "text": ("text/plain", [b"Water the plants.\n\n"], False),
        "events under another label": ("text/plain", [PLAIN], True),
        "a stream without events": ("Text/Event-Stream; charset=utf-8", [b": ping\n\n"], True),
        "nothing": ("application/json", [], True),
    }
    for name, (content_type, body, whole) in bodies.items():
        with subtests.test(name), Simulator(Answer(content_type=content_type, body=body)) as sim:
            stream = opened(colour, sim.url)
            events, error = read(colour, stream)
            assert len(events) == (body == [PLAIN])
            assert stream.end_reason == ("done" if whole else "error")
            if not whole:
                assert type(error) is errors.ResponseValidationError
                assert f"with {content_type}, not an event stream" in str(error)


def test_a_stream_that_is_closed_gives_nothing_more(colour, subtests):
    for name in ("stream_request", "stream_bytes"):
        gate = Gate()
        with subtests.test(name), Simulator(Answer(body=[PLAIN, gate, PLAIN])) as sim:
            stream = opened(colour, sim.url, name)
            colour.next(stream)
            colour.close(stream)
            assert read(colour, stream) == ([], None)
            assert stream.end_reason == "closed"
            with pytest.raises(errors.IncompleteStreamError):
                colour.call(stream.until_done)
            sim.requests[0].closed.wait()


def test_a_body_comes_piece_by_piece_and_decompressed(colour, subtests):
    text = b"a line of a file\n" * 10_000
    answers = {
        "plain": Answer(body=[text[:9], text[9:]]),
        "of a length": Answer(body=[text], framing="length"),
        "compressed": Answer(body=[gzip.compress(text)], headers={"content-encoding": "gzip"}),
        "empty": Answer(body=[]),
    }
    for name, answer in answers.items():
        with subtests.test(name), Simulator([says(503), answer]) as sim:
            stream = opened(colour, sim.url, "stream_bytes")
            pieces, error = read(colour, stream)
            assert error is None
            assert b"".join(pieces) == (b"" if name == "empty" else text)
            assert (stream.end_reason, stream.timing.bytes) == ("done", len(b"".join(pieces)))
            assert stream.attempts[0].status == 503
            assert sim.requests[-1].headers["accept"] == "*/*"
    with subtests.test("read"), Simulator(Answer(body=[text])) as sim:
        assert colour.call(opened(colour, sim.url, "stream_bytes").read) == text


def test_a_body_that_breaks_off_is_an_error_after_its_pieces(colour, subtests):
    answers = {
        "cut": (Answer(body=[b"abc"], ending="cut"), errors.StreamInterruptedError, "3 bytes"),
        "shorter than its length": (
            Wire([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"], "cut"),
            errors.StreamInterruptedError,
            "",
        ),
        "compressed, and ended in the middle": (
            packed(b"abc", end=b""),
            errors.StreamInterruptedError,
            "3 bytes",
        ),
        "silence": (Answer(body=[b"abc"], ending="hang"), errors.APITimeoutError, "no byte of the"),
    }
    for name, (answer, kind, message) in answers.items():
        with subtests.test(name), Simulator(answer) as sim:
            timeouts = Timeouts(idle=0.05) if name == "silence" else None
            stream = opened(colour, sim.url, "stream_bytes", timeouts=timeouts)
            pieces, error = read(colour, stream)
            assert b"".join(pieces) == b"abc"
            assert isinstance(error, kind)
            assert message in str(error)
            assert stream.end_reason == "error"
