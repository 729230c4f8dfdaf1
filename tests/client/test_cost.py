"""What a stream may cost, in work and not in time: `benchmarks/` has the time."""

import gc
import inspect
import json
import ssl

import pydantic_core
import pytest
from pydantic import TypeAdapter

from mistralai.client._api import specs
from mistralai.client.models import parse
from mistralai.simulator import Answer, Simulator
from support.flows import STOP, ByHand, answers, text
from support.serving import ASK, DONE, chunk, event
from support.work import count_steps

EVENTS = 50
MANY = [event(chunk("word ")) for _ in range(EVENTS - 1)] + [event(chunk("", "stop")), DONE]


@pytest.fixture
def sim():
    with Simulator(Answer(body=MANY)) as sim:
        yield sim


def test_an_event_is_parsed_once_from_its_bytes(colour, sim, monkeypatch):
    parsed = []

    def read_chunk(data):
        parsed.append(data)
        return read(data)

    def refuse(*_, **__):
        pytest.fail("JSON is parsed in another way")

    read = parse._read_chunk
    stream = colour.open(colour.client(server_url=sim.url), **ASK)
    monkeypatch.setattr(parse, "_read_chunk", read_chunk)
    monkeypatch.setattr(json, "loads", refuse)
    monkeypatch.setattr(pydantic_core, "from_json", refuse)
    assert len(colour.collect(stream)) == EVENTS
    assert len(parsed) == EVENTS + 1  # and the end, which is no JSON
    assert all(isinstance(data, bytes) for data in parsed)


def test_a_stream_makes_no_class_no_validator_no_signature_and_no_tls_context(colour, sim):
    def made():
        gc.collect()
        kinds = (type, TypeAdapter, inspect.Signature, ssl.SSLContext)
        return sum(isinstance(thing, kinds) for thing in gc.get_objects())

    client = colour.client(server_url=sim.url)
    colour.collect(colour.open(client, **ASK))
    before = made()
    for _ in range(3):
        colour.collect(colour.open(client, **ASK))
    assert made() == before


def test_a_request_is_written_once_for_all_its_attempts(colour, monkeypatch):
    bodies = []

    def body_of(*args, **kwargs):
        bodies.append(build(*args, **kwargs))
        return bodies[-1]

    build = specs._body
    monkeypatch.setattr(specs, "_body", body_of)
    monkeypatch.setattr("random.random", lambda: 0.0)
    busy = Answer(status=503, headers={"retry-after-ms": "1"})
    with Simulator([busy, busy, Answer(body=MANY)]) as sim:
        stream = colour.open(colour.client(server_url=sim.url), **ASK)
        assert len(colour.collect(stream)) == EVENTS
        assert len(bodies) == 1
        assert [request.body for request in sim.requests] == bodies * 3


@pytest.mark.parametrize("together", [True, False], ids=["in one read", "each in its own"])
def test_twice_as_many_events_are_twice_the_work(together):
    def read(events):
        pieces = [*[text("word ")] * events, STOP]
        outcome = ByHand(answers(*([b"".join(pieces)] if together else pieces)), log=False).stream()
        assert len(outcome.events) == events + 1

    read(10)
    once, twice = (count_steps(lambda events=events: read(events)) for events in (1000, 2000))
    assert twice < 2.1 * once
