import json
import re
from dataclasses import asdict

import pytest

from support.naive_reader import read_answer
from support.naive_sse import read_events
from support.streams import STREAMS, hand_written


def test_a_hand_written_stream_has_the_values_in_the_file_beside_it(
    subtests: pytest.Subtests,
) -> None:
    for path in hand_written():
        with subtests.test(path.stem):
            answer = asdict(read_answer(path.read_bytes()))
            del answer["chunks"]
            assert answer == json.loads(path.with_suffix(".json").read_bytes())


def test_its_events_are_its_chunks_and_done(subtests: pytest.Subtests) -> None:
    for path in hand_written():
        with subtests.test(path.stem):
            body = path.read_bytes()
            # One stream lacks the last blank line.
            data = [event.data for event in read_events(body + b"\n\n").events]
            if not path.stem.endswith("no-done"):
                assert data.pop() == "[DONE]"
            assert [json.loads(text) for text in data] == read_answer(body).chunks


def test_it_is_framed_as_the_api_frames_its_streams(subtests: pytest.Subtests) -> None:
    framing = rb"(?:(?:data: [^\n]+|: keepalive)\n\n)+(?:data: \[DONE\]\n)?"
    for path in hand_written():
        with subtests.test(path.stem):
            body = path.read_bytes()
            assert b"\r" not in body
            assert re.fullmatch(framing, body)


def test_every_stream_has_its_values_and_its_line_in_the_readme() -> None:
    named = re.findall(r"^\| `([^`]+)`", (STREAMS / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == [path.stem for path in hand_written()]
    assert [path.stem for path in sorted(STREAMS.glob("*.json"))] == sorted(named)
