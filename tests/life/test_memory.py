"""The memory of a stream: the text of the answer, and no more, however much the server sends."""

import tracemalloc

import pytest

from mistralai.simulator import Answer, Repeat
from support.life import KINDS, serving
from support.serving import DONE, chunk, event

KIB = 1024
MIB = 1024 * KIB

EVENTS = 20_000
WORD = event(chunk("word "))
LONG = Answer(
    body=[
        Repeat(WORD * 100, count=EVENTS // 100 - 1),
        WORD * 99,
        event(chunk("word", "stop")),
        DONE,
    ]
)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
def test_events_that_were_read_are_not_held(start, monkeypatch, kind):
    with serving(LONG, monkeypatch):
        running = start("reads_on.py", kind, str(EVENTS))
        grown, events = int(running.says()), int(running.says())
        assert running.end() == ([], "", 0)
    assert events == EVENTS
    # A read and some; a reference for each event of the second half would be 80 KB more.
    assert grown < 128 * KIB


# --- a slow reader -----------------------------------------------------------

PIECE = event(chunk("x" * 16_000))
PIECES = 1600
"""About 25 MB, far more than the buffers of the system take."""


class Flood:
    """Answers its first request with a long stream, and the others as usual.

    Attributes:
        sent: How many pieces of the stream were sent.
    """

    def __init__(self):
        self.sent = 0

    def __call__(self, request):
        return Answer(body=self._pieces()) if request.number == 1 else "auto"

    def _pieces(self):
        for _ in range(PIECES):
            yield PIECE
            self.sent += 1
        yield event(chunk("", "stop")) + DONE


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_that_does_not_read_lets_the_server_wait(start, monkeypatch, subtests, kind):
    plain, encrypted = Flood(), Flood()
    with (
        serving(plain, monkeypatch) as sim,
        serving(encrypted, monkeypatch, tls=True) as secure,
    ):
        running = start("reads_elsewhere.py", kind, sim.url, secure.url)
        for name, flood in {"plain": plain, "over TLS": encrypted}.items():
            with subtests.test(name):
                tracemalloc.start()
                grown = int(running.says())
                servers = tracemalloc.get_traced_memory()[0]
                tracemalloc.stop()
                assert flood.sent < PIECES / 2
                assert max(grown, servers) < 2 * MIB
            running.go_on()
            assert int(running.says()) == PIECES * 16_000
        assert running.end() == ([], "", 0)
