"""The file format of recorded exchanges."""

import base64
import itertools
import json
import os
import stat
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.recording import (
    Exchange,
    ExchangeRecorder,
    Mask,
    Read,
    Recorder,
    RecordingError,
    load,
)
from support.programs import PROGRAMS, STRICT, run_program

KEY = "sk-very-secret-key-123"
URL = "https://user:password@api.example:8443/v1/chat/completions?x=1"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recording.jsonl"


@pytest.fixture
def recorder(path):
    recorder = Recorder(path, clock=itertools.count().__next__)
    yield recorder
    recorder.close()


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_exchange_is_read_as_it_was_recorded(path, recorder):
    exchange = recorder.begin("POST", URL, [("Content-Type", "application/json")], b'{"a": 1}')
    exchange.answered(200, [("Content-Type", "text/event-stream"), ("Set-Cookie", "c")])
    exchange.read("data: \u00e9\n\n".encode())
    exchange.read(b"\xff")
    exchange.ended("complete")
    assert load(path) == [
        Exchange(
            method="POST",
            server="https://api.example:8443",
            target="/v1/chat/completions?x=1",
            request_headers={"content-type": "application/json"},
            body=b'{"a": 1}',
            status=200,
            headers={"content-type": "text/event-stream"},
            head_after=1,
            reads=[Read(2, "data: \u00e9\n\n".encode()), Read(3, b"\xff")],
            end="complete",
        )
    ]


def test_a_line_is_json_that_people_can_read(path, recorder):
    exchange = recorder.begin("POST", "http://h/p", [], b"\xff")
    exchange.answered(200, [])
    exchange.read(b"data: 1\n\n")
    exchange.ended("cut")
    request, response, read, end = lines(path)
    assert request.pop("started").startswith("20")
    assert request == {
        "exchange": 1,
        "request": {
            "method": "POST",
            "server": "http://h",
            "target": "/p",
            "headers": {},
            "base64": base64.b64encode(b"\xff").decode(),
        },
    }
    assert response == {"exchange": 1, "response": {"status": 200, "headers": {}}, "after": 1}
    assert read == {"exchange": 1, "read": {"text": "data: 1\n\n"}, "after": 2}
    assert end == {"exchange": 1, "end": "cut", "after": 3}


def test_only_the_first_end_counts(path, recorder):
    exchange = recorder.begin("GET", "http://h/", [], b"")
    exchange.ended("complete")
    exchange.ended("closed")
    assert load(path)[0].end == "complete"


def test_concurrent_exchanges_are_distinguished(path, recorder):
    first = recorder.begin("POST", "http://h/1", [], b"")
    second = recorder.begin("POST", "http://h/2", [], b"")
    second.answered(200, [])
    first.answered(500, [])
    second.read(b"2")
    first.read(b"1")
    assert [(x.target, x.status, x.reads[0].data, x.end) for x in load(path)] == [
        ("/1", 500, b"1", None),
        ("/2", 200, b"2", None),
    ]


def test_lines_of_many_threads_do_not_mix(path, recorder):
    def record(number):
        exchange = recorder.begin("POST", f"http://h/{number}", [], b"x" * 5000)
        for _ in range(50):
            exchange.read(b"y" * 500)
        exchange.ended("complete")

    threads = [threading.Thread(target=record, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(exchange.target for exchange in load(path)) == [f"/{n}" for n in range(8)]
    assert all(len(exchange.reads) == 50 for exchange in load(path))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_processes_may_record_to_one_file(path):
    program = PROGRAMS / "records_in_processes.py"
    ended = run_program(program, *STRICT, RECORDING=str(path))
    assert ended.stderr == ""
    exchanges = load(path)
    names = [f"/{name}-{n}" for name in ("before", "forked", "fresh", "parent") for n in range(500)]
    assert sorted(exchange.target for exchange in exchanges) == sorted(names)
    for exchange in exchanges:
        [read] = exchange.reads
        assert read.data == exchange.target[1:].encode()
        assert exchange.end == "complete"


def test_numbers_continue_after_the_largest_of_all_writers(path):
    path.write_text('{"exchange": 7, "request": {"method": "GET", "target": "/", "text": ""}}\n')
    one, other = Recorder(path), Recorder(path)
    began = [each.begin("GET", "http://h/", [], b"") for each in (one, other, other, one, one)]
    began[0].ended("complete")
    began += [other.begin("GET", "http://h/", [], b"")]
    assert [line["exchange"] for line in lines(path)] == [7, 8, 9, 10, 11, 12, 8, 13]
    one.close()
    other.close()


def test_a_file_is_for_its_owner_alone(path):
    path.touch(mode=0o644)
    Recorder(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_exchanges_are_appended_to_a_file(path):
    for target in ("/1", "/2"):
        recorder = Recorder(path)
        recorder.begin("GET", f"http://h{target}", [], b"").ended("complete")
        recorder.close()
        recorder.close()
    assert [exchange.target for exchange in load(path)] == ["/1", "/2"]


def test_only_header_fields_of_the_list_are_kept(path, recorder):
    kept = {
        "content-type": "a",
        "date": "b",
        "user-agent": "c",
        "retry-after": "d",
        "retry-after-ms": "e",
        "mistral-correlation-id": "f",
        "x-kong-request-id": "g",
        "x-ratelimit-remaining-tokens-minute": "h",
        "ratelimitbysize-reset": "i",
        "x-ratelimitbysize-limit-month": "j",
    }
    dropped = {"authorization": f"Bearer {KEY}", "set-cookie": "s", "x-api-key": "k", "cf-ray": "r"}
    exchange = recorder.begin("POST", "http://h/", [*kept.items(), *dropped.items()], b"")
    exchange.answered(200, [*kept.items(), *dropped.items()])
    [recorded] = load(path)
    assert recorded.request_headers == recorded.headers == kept


@settings(deadline=None)  # a busy machine is not a failure
@given(st.lists(st.integers(0, 200), max_size=6))
def test_a_key_is_masked_everywhere_and_across_reads(cuts):
    """Whatever the cuts: neither a read nor all of them joined show the key; the rest is kept."""
    text = f'data: {{"x": "{KEY}"}}\n\n{KEY}{KEY[:9]}'.encode()
    places = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    written = []
    exchange = ExchangeRecorder(1, Mask([KEY]), written.append, itertools.count().__next__)
    for start, end in itertools.pairwise(places):
        exchange.read(text[start:end])
    exchange.ended("complete")
    reads = [line["read"]["text"] for line in written if "read" in line]
    assert "".join(reads) == text.decode().replace(KEY, "*" * len(KEY))
    assert [len(read) for read in reads] == [
        end - start for start, end in itertools.pairwise(places)
    ]


def test_a_key_is_masked_in_the_request_and_its_target(path, recorder):
    headers = [("Authorization", f"Bearer {KEY}"), ("User-Agent", f"me/{KEY}")]
    exchange = recorder.begin("POST", f"http://h/p?key={KEY}", headers, f'"{KEY}"'.encode())
    exchange.answered(200, [("date", KEY)])
    exchange.ended("complete")
    assert KEY not in path.read_text()
    assert load(path)[0].body == b'"%s"' % (b"*" * len(KEY))


def test_a_read_that_ends_like_the_key_keeps_its_time(path, recorder):
    exchange = recorder.begin("POST", "http://h/", [("authorization", f"Bearer {KEY}")], b"")
    exchange.read(KEY[:5].encode())
    assert "read" not in path.read_text()
    exchange.read(b"!")
    assert [(read.after, read.data) for read in load(path)[0].reads] == [
        (1, KEY[:5].encode()),
        (2, b"!"),
    ]


def test_a_placeholder_is_masked_as_a_word_only():
    assert Mask(["data"])(b"data: database data") == b"****: database ****"
    assert Mask([""])(b"data") == b"data"
    assert Mask([])(b"data") == b"data"


def test_a_file_that_is_not_a_recording_is_an_error_with_a_line_number(subtests, path):
    for text in [
        "no json",
        "5",
        "{}",
        '{"exchange": 1, "read": {"text": "x"}, "after": 1}',
        '{"exchange": 1',
    ]:
        with subtests.test(text=text):
            path.write_text(f"{text}\n")
            with pytest.raises(RecordingError, match=r"recording\.jsonl, line 1: not a recording"):
                load(path)


def test_unknown_fields_are_ignored(path):
    path.write_text(
        '{"exchange": 1, "request": {"method": "GET", "target": "/", "text": "", "new": 1}}\n'
        '{"exchange": 1, "new": 1, "after": 1}\n'
    )
    assert load(path) == [Exchange(method="GET", target="/", body=b"")]
