"""Many streams on two connections, left in every way there is: none waits forever."""

import pytest

from mistralai.simulator import Answer
from support.life import SILENT, serving
from support.programs import PROGRAMS
from support.serving import DONE, HELLO, chunk, event

SERVED = {
    "end": Answer(body=[HELLO, DONE]),
    "status": Answer.of_json({"message": "no"}, status=400),
    "cut": Answer(body=[event(chunk("Hel"))], ending="cut"),
    "reset": Answer(body=[event(chunk("Hel"))], ending="reset"),
}
BEFORE = 80
"""Streams that are left before memory is measured: they load what is loaded once."""


def serve(request):
    """Answer in the way in which the stream is to be left."""
    return SERVED.get(request.json["messages"][0]["content"], SILENT)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("pool", "streams"), [("ours", 300), ("theirs", 150)])
@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
def test_streams_that_share_two_connections_leave_nothing_behind(
    start, monkeypatch, kind, pool, streams
):
    program = PROGRAMS / "two_connections.py"
    with serving(serve, monkeypatch) as sim:
        running = start(
            program.name, kind, pool, str(BEFORE), str(streams), flags=("-W", "default")
        )
        dropped, grown = map(int, running.says().split())
        sim.wait_for_connections(at_most=2)
        running.go_on()
        lines, stderr, status = running.end()
        assert (lines, status) == ([], 0)
        sim.wait_for_connections()
        assert len(sim.requests) > 0.8 * (BEFORE + streams)  # some are cancelled before that
    assert grown <= 384  # KiB
    told = [line for line in stderr.splitlines() if not line.startswith(" ")]
    if pool == "theirs" and kind == "trio":
        # httpx2 leaves its generators to the collector, and trio says so.
        told = [line for line in told if "a stream was dropped" in line]
    places = [line.split(": ResourceWarning: a stream was dropped")[0] for line in told]
    numbered = enumerate(program.read_text().splitlines(), 1)
    calls = [number for number, line in numbered if line.endswith("# may be dropped")]
    call = calls[0] if kind == "sync" else calls[1]
    assert places == [f"{program}:{call}"] * dropped
