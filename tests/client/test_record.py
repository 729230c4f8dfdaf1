"""`Mistral(record=...)`: what a client saw can be played back, and does not hold the key."""

import json
import math
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mistralai import Mistral, errors
from mistralai.recording import load
from mistralai.simulator import Answer, Replay, Scenario, Simulator, faults

KEY = "a-key-that-nobody-may-see"
ASK = {"model": "m", "messages": [{"role": "user", "content": f"{KEY} is in the prompt"}]}
CHUNK = b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'


@pytest.fixture
def file(tmp_path):
    return tmp_path / "recording.jsonl"


@pytest.fixture
def recording(colour, file):
    """A client that records."""

    def make(sim):
        return colour.client(api_key=KEY, server_url=sim.url, record=file)

    return make


def events_of(colour, client):
    return [event.model_dump() for event in colour.collect(colour.open(client, **ASK))]


def test_what_was_recorded_plays_back_as_it_came(colour, sim, file, recording):
    came = events_of(colour, recording(sim))
    with Simulator(Replay(file), speed=math.inf) as replay:
        again = events_of(colour, colour.client(api_key=KEY, server_url=replay.url))
    assert again == came


def test_a_compressed_stream_is_recorded_plain_and_plays_back_as_it_came(colour, file, recording):
    with Simulator(Scenario("poem", faults=[faults.Gzip()])) as sim:
        came = events_of(colour, recording(sim))
    (exchange,) = load(file)
    assert exchange.reads[0].data.startswith(b'data: {"id":')
    assert exchange.headers["content-type"] == "text/event-stream; charset=utf-8"
    with Simulator(Replay(file), speed=math.inf) as replay:
        assert events_of(colour, colour.client(api_key=KEY, server_url=replay.url)) == came


def test_a_whole_answer_and_its_request_are_recorded(colour, sim, file, recording):
    answer = colour.complete(recording(sim), **ASK)
    (exchange,) = load(file)
    assert (exchange.method, exchange.target, exchange.status) == (
        "POST",
        "/v1/chat/completions",
        200,
    )
    assert answer.id.encode() in b"".join(read.data for read in exchange.reads)
    assert exchange.end == "complete"


def test_the_key_is_nowhere_in_the_file_and_the_file_is_the_owners_alone(
    colour, sim, file, recording
):
    colour.complete(recording(sim), **ASK)
    assert KEY not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_answer_that_breaks_off_is_recorded_as_far_as_it_came(colour, tmp_path, subtests):
    for ending, end in [("cut", "cut"), ("clean", "complete")]:
        file = tmp_path / f"{ending}.jsonl"
        with subtests.test(ending), Simulator(Answer(body=[CHUNK], ending=ending)) as sim:
            client = colour.client(api_key=KEY, server_url=sim.url, record=file)
            stream = colour.open(client, **ASK)
            with pytest.raises(errors.IncompleteStreamError):
                colour.collect(stream)
            (exchange,) = load(file)
            assert b"".join(read.data for read in exchange.reads) == CHUNK
            assert exchange.end == end


def test_a_stream_that_the_caller_closes_is_recorded_as_closed(colour, file, recording):
    with Simulator(Answer(body=[CHUNK], ending="hang")) as sim:
        stream = colour.open(recording(sim), **ASK)
        colour.next(stream)
        colour.close(stream)
    (exchange,) = load(file)
    assert exchange.end == "closed"


def test_each_attempt_is_an_exchange_of_its_own(colour, file, recording):
    failed = Answer.of_json({"message": "full"}, status=503, headers={"retry-after-ms": "1"})
    with Simulator([failed, "poem"]) as sim:
        events_of(colour, recording(sim))
    assert [exchange.status for exchange in load(file)] == [503, 200]


def test_the_first_calls_of_many_threads_are_all_recorded(sim, file):
    request = {"method": "GET", "target": "/", "text": ""}
    earlier = [json.dumps({"exchange": n, "request": request}) for n in range(1, 5001)]
    file.write_text("\n".join([*earlier, ""]))  # so many that reading them takes a while
    ready = threading.Barrier(8)
    with Mistral(KEY, server_url=sim.url, record=file) as client:

        def call(_):
            ready.wait()
            client.chat.complete(**ASK)
            return client.sdk_configuration.recorder

        def first(_):
            ready.wait()
            return client.sdk_configuration.recorder

        with ThreadPoolExecutor(8) as pool:
            assert len({*pool.map(first, range(8)), *pool.map(call, range(8))}) == 1
    assert [exchange.end for exchange in load(file)[5000:]] == ["complete"] * 8


def test_clients_that_record_to_one_file_are_all_recorded(colour, sim, file):
    clients = [colour.client(api_key=KEY, server_url=sim.url, record=file) for _ in range(2)]
    streams = [colour.open(clients[number % 2], **ASK) for number in range(4)]
    events = [colour.collect(stream) for stream in streams]
    exchanges = load(file)
    assert [exchange.end for exchange in exchanges] == ["complete"] * 4
    for came, exchange in zip(events, exchanges, strict=True):
        body = b"".join(read.data for read in exchange.reads)
        assert came[0].data.id.encode() in body
        assert body.endswith(b"data: [DONE]\n\n")


def test_without_record_nothing_is_written(colour, sim, tmp_path):
    colour.complete(colour.client(api_key=KEY, server_url=sim.url), **ASK)
    assert list(tmp_path.iterdir()) == []
