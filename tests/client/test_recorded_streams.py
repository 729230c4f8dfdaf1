"""Recorded streams of the real API, on a real socket. The recordings stay where they are."""

import random

import pytest

from mistralai.simulator import Simulator
from support.colours import SyncColour
from support.naive_reader import read_chunks
from support.serving import ASK, cut_anywhere
from support.transcripts import transcript_files

pytestmark = pytest.mark.uncounted

RECORDED = {path.name: path for path in transcript_files("chat-stream")}


@pytest.fixture(scope="module")
def sent():
    """The bodies, and the chunks in them by the plain reader, without the padding."""

    def chunks(body):
        return [
            {name: value for name, value in each.items() if name != "p"}
            for each in read_chunks(body)
        ]

    bodies = {name: path.read_bytes() for name, path in RECORDED.items()}
    return bodies, {name: chunks(body) for name, body in bodies.items()}


@pytest.mark.skipif(not RECORDED, reason="the recordings are not beside the project")
def test_every_recorded_stream_cut_at_random_places_gives_its_events(colour, sent):
    """And all of them, one after the other, need one connection.

    The async clients read every fourth stream: they differ from the sync one in their reads alone.
    """
    bodies, chunks = sent
    names = [*bodies] if isinstance(colour, SyncColour) else [*bodies][::4]
    chance = random.Random(7)

    def recorded(request):
        return cut_anywhere(bodies[request.json["model"]], chance, 12)

    with Simulator(recorded) as sim:
        client = colour.client(server_url=sim.url)
        for name in names:
            stream = colour.open(client, **{**ASK, "model": name})
            received = [e.data.model_dump(exclude_unset=True) for e in colour.collect(stream)]
            assert (received, stream.end_reason) == (chunks[name], "done"), name
        assert sim.connections == 1
