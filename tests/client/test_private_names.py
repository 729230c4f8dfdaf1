"""Names of httpx2 and httpcore2 that are private, and what is done without them.

Each is given another name in copies of the two, as a release of theirs may do one day. Then
httpx2's own way serves, and the promises of a stream hold all the same.
"""

import importlib.util
import os
import re
from pathlib import Path

import pytest

from mistralai.simulator import Answer, Simulator
from support.life import SILENT
from support.programs import run_program
from support.serving import chunk, event

TESTS = str(Path(__file__).parent.parent)

PROGRAM = """
from mistralai import Timeouts
from mistralai.errors import APITimeoutError, StreamInterruptedError
from support.colours import COLOURS, colour_of

for name in COLOURS:
    with colour_of(name) as colour:
        client = colour.client(timeouts=Timeouts(idle=0.2))
        for way in ("whole", "whole again", "cut", "silent"):
            stream = colour.open(client, model="m", messages=[{"role": "user", "content": way}])
            connection = type(stream.response.extensions["network_stream"]).__module__
            body = stream._driver._exchange.body
            reader = body and ("chunks" if body._chunks else "parser")
            try:
                colour.collect(stream)
            except StreamInterruptedError as error:
                ended = error.partial.choices[0].message.content
            except APITimeoutError as error:
                ended = error.phase
            else:
                ended = stream.end_reason
            print(connection.partition(".")[0], reader or "generators", ended)
"""
SERVED = {"cut": Answer(body=[event(chunk("Hel"))], ending="cut"), "silent": SILENT}


def served(request):
    return SERVED.get(request.json["messages"][0]["content"], "auto")


def rename(name, folder):
    """Copy httpx2 and httpcore2, with another name in the place of one."""
    found = 0
    for package in ("httpx2", "httpcore2"):
        source = Path(importlib.util.find_spec(package).origin).parent
        for file in source.rglob("*.py"):
            text, times = re.subn(rf"\b{name}\b", f"{name}_then", file.read_text("utf-8"))
            copy = folder / package / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, "utf-8")
            found += times
    assert found


OURS = "mistralai chunks"
RENAMED = {
    **dict.fromkeys(["_pool", "_network_backend"], "httpcore2 parser"),
    **dict.fromkeys(
        ["_stream", "_httpcore_stream", "_connection", "_receive_event"], "mistralai generators"
    ),
    "_h11_state": "mistralai parser",
    "_request": OURS,
}


def ways_in_which_streams_are_read(*path):
    """Read streams in every colour, and give the connection, what reads it, and how they end."""
    python_path = os.pathsep.join([*map(str, path), TESTS, os.environ.get("PYTHONPATH", "")])
    with Simulator(served) as sim:
        ran = run_program(PROGRAM, PYTHONPATH=python_path, MISTRAL_SERVER_URL=sim.url)
        connections = [request.connection for request in sim.requests]
    assert (ran.stderr, ran.returncode) == ("", 0)
    assert connections == [1, 1, 1, 2, 3, 3, 3, 4, 5, 5, 5, 6]
    return ran.stdout.splitlines()


def in_every_colour(way):
    return [f"{way} {ended}" for ended in ("done", "done", "Hel", "idle")] * 3


def test_with_them_connections_are_ours_and_bodies_come_from_them():
    assert ways_in_which_streams_are_read() == in_every_colour(OURS)


@pytest.mark.parametrize(("name", "way"), RENAMED.items(), ids=RENAMED)
def test_without_one_of_them_every_stream_ends_as_it_did(tmp_path, name, way):
    rename(name, tmp_path)
    assert ways_in_which_streams_are_read(tmp_path) == in_every_colour(way)
