"""Recordings that are played back."""

import itertools
import json

import pytest

from mistralai.recording import Recorder
from mistralai.simulator import Replay, Simulator
from support.raw_answer import ask
from support.raw_client import RawClient, request_bytes
from support.recordings import ASKED, KEY, wanted
from support.spoiling import recorded_sleep

PIECES = [
    b"data: 1\n\nda",
    b"ta: 2\n\n",
    "data: \u00e9\n\n".encode()[:-3],
    b"\xa9\n\ndata: [DONE]\n\n",
]


def recorded(path, *, body=ASKED, pieces=PIECES, end="complete", status=200, key=KEY):
    """Record one exchange with the times 1, 2, 3 and so on."""
    recorder = Recorder(path, clock=itertools.count().__next__)
    headers = [("content-type", "application/json"), ("authorization", f"Bearer {key}")]
    data = json.dumps(body).encode()
    exchange = recorder.begin("POST", "https://h/v1/chat/completions", headers, data)
    if status is not None:
        exchange.answered(status, [("content-type", "text/event-stream"), ("x-request-id", "r")])
        for piece in pieces:
            exchange.read(piece)
    exchange.ended(end)
    recorder.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r.jsonl"


def test_playback_has_the_boundaries_timing_and_headers_of_the_recording(path):
    recorded(path)
    slept = []
    with (
        Simulator(Replay(path), sleep=recorded_sleep(slept), speed=2) as sim,
        RawClient(sim.url) as client,
    ):
        client.send(wanted())
        data = client.read_to(b"0\r\n\r\n")
    head, _, body = data.partition(b"\r\n\r\n")
    assert body == b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in PIECES) + b"0\r\n\r\n"
    assert b"x-request-id: r" in head
    assert slept == [0.5] * 5


def test_a_request_is_matched_by_its_fields_in_any_order_and_its_masked_key(subtests, path):
    with_key = {**ASKED, "metadata": {"key": KEY}}
    recorded(path)
    recorded(path, body=with_key, pieces=[b"with the key"])
    with Simulator(Replay(path), speed=float("inf")) as sim:
        for body, answer in [
            (ASKED, b"".join(PIECES)),
            (dict(reversed(ASKED.items())), b"".join(PIECES)),
            (with_key, b"with the key"),
        ]:
            with subtests.test(body=body):
                assert ask(sim, wanted(body)).body == answer


def test_a_folder_is_played_back_as_one_recording(tmp_path):
    recorded(tmp_path / "1.jsonl")
    recorded(tmp_path / "2.jsonl", body={}, pieces=[b"two"])
    with Simulator(Replay(tmp_path), speed=float("inf")) as sim:
        assert ask(sim, wanted({})).body == b"two"
        assert ask(sim, wanted()).body == b"".join(PIECES)


def test_the_same_request_gets_its_answers_in_order_and_then_the_last(path):
    for piece in (b"one", b"two"):
        recorded(path, pieces=[piece])
    with Simulator(Replay(path), speed=float("inf")) as sim:
        assert [ask(sim, wanted()).body for _ in range(3)] == [b"one", b"two", b"two"]


def test_an_unrecorded_request_gets_the_differences(path):
    recorded(path)
    recorded(path, body={**ASKED, "n": 2, "top_p": 1})
    with Simulator(Replay(path)) as sim:
        answer = ask(sim, wanted({**ASKED, "model": "other"}))
        elsewhere = ask(sim, request_bytes(ASKED, path="/v1/fim/completions"))
        broken = ask(sim, wanted(b"no json"))
    message = json.loads(answer.body)["message"]
    assert answer.status == elsewhere.status == broken.status == 404
    assert message == (
        f"{path} has no POST /v1/chat/completions with this body among its 2 exchanges; "
        "the nearest differs in model"
    )
    assert json.loads(elsewhere.body)["message"].endswith("among its 2 exchanges")


def test_an_answer_ends_as_it_was_recorded(subtests, tmp_path):
    for end, seen in [("cut", "eof"), (None, "eof"), ("complete", "whole")]:
        with subtests.test(end=end):
            path = tmp_path / f"{end}.jsonl"
            recorded(path, end=end or "complete")
            if end is None:  # the recording is incomplete
                path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
            with Simulator(Replay(path), speed=float("inf")) as sim:
                answer = ask(sim, wanted())
            assert (answer.body, answer.end) == (b"".join(PIECES), seen)


def test_an_answer_that_the_client_closed_hangs(path):
    recorded(path, end="closed")
    with Simulator(Replay(path), speed=float("inf")) as sim:
        with RawClient(sim.url) as client:
            client.send(wanted())
            client.read_to(b"[DONE]\n\n\r\n")
            assert not sim.requests[0].closed.is_set()
        sim.requests[0].closed.wait()


def test_a_request_without_a_recorded_response_gets_none(path):
    recorded(path, status=None, end="cut")
    with Simulator(Replay(path)) as sim, RawClient(sim.url) as client:
        client.send(wanted())
        assert client.read_all() == (b"", None)


def test_a_missing_recording_is_an_error_at_the_start(tmp_path):
    with pytest.raises(FileNotFoundError):
        Simulator(Replay(tmp_path / "none.jsonl"))
