"""What a stream holds: the text of the answer, and no more, however much the server sends."""

import tracemalloc

import pytest

from mistralai.simulator import Answer, Repeat
from support.life import RUN, serving
from support.serving import DONE, chunk, event

KIB = 1024
MIB = 1024 * KIB

MEASURE = """
import tracemalloc

def memory():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
"""

# --- a long answer -----------------------------------------------------------

EVENTS = 100_000
WORD = event(chunk("word "))
LONG = Answer(
    body=[
        Repeat(WORD * 100, count=EVENTS // 100 - 1),
        WORD * 99,
        event(chunk("word", "stop")),
        DONE,
    ]
)

LOOK = """
def look(number):
    if number == 50_000:  # tracing costs much, and the other half would show no more
        tracemalloc.start()
    elif number == 100_000:
        text = stream.snapshot.choices[0].message.content  # joined, it takes what it is long
        say(memory() - len(text))
"""
READERS = {
    "sync": """
with client.chat.stream(**ask) as stream:
    for number, event in enumerate(stream, 1):
        look(number)
""",
    **dict.fromkeys(
        ("asyncio", "trio"),
        """
async def main():
    global stream
    number = 0
    async with client.chat.stream_async(**ask) as stream:
        async for event in stream:
            number += 1
            look(number)
""",
    ),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("colour", "reader"), READERS.items(), ids=READERS)
def test_events_that_were_read_are_not_held(start, monkeypatch, colour, reader):
    program = [MEASURE, LOOK, reader, RUN.get(colour, ""), "say(stream.timing.events)"]
    with serving(LONG, monkeypatch):
        running = start("\n".join(program))
        grown, events = int(running.says()), int(running.says())
        assert running.end() == ([], "", 0)
    assert events == EVENTS
    assert grown < 256 * KIB  # a read and some; a word for each event would be more


# --- a slow reader -----------------------------------------------------------

PIECE = event(chunk("x" * 16_000))
PIECES = 3200
"""About 50 MB, far more than the buffers of the system take."""

# While the reader of the stream does something else, server and loop have turn after turn.
ELSEWHERE = """
with client.chat.stream(**ask) as stream:
    next(stream)
    tracemalloc.start()
    for _ in range(100):
        client.chat.complete(**ask)
    say(memory())
    tracemalloc.stop()
    sys.stdin.readline()
    say(len(stream.get_final_text()))
"""
ELSEWHERE_ASYNC = """
async def main():
    async with client.chat.stream_async(**ask) as stream:
        await anext(stream)
        tracemalloc.start()
        for _ in range(100):
            await client.chat.complete_async(**ask)
        say(memory())
        tracemalloc.stop()
        await anyio.to_thread.run_sync(sys.stdin.readline)
        say(len(await stream.get_final_text()))
"""
SLOW = {"sync": ELSEWHERE, **{name: ELSEWHERE_ASYNC + run for name, run in RUN.items()}}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("colour", "reader"), SLOW.items(), ids=SLOW)
def test_a_reader_that_does_not_read_lets_the_server_wait(start, monkeypatch, tls, colour, reader):
    if colour == "uvloop":
        pytest.importorskip("uvloop")
    sent = []

    def flood():
        for number in range(PIECES):
            yield PIECE
            sent.append(number)
        yield event(chunk("", "stop")) + DONE

    def serve(request):
        return Answer(body=flood()) if request.number == 1 else "auto"

    with serving(serve, monkeypatch, tls=tls):
        tracemalloc.start()
        try:
            running = start(MEASURE + reader)
            grown = int(running.says())
            servers = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        waiting_at = len(sent)
        running.go_on()
        length = int(running.says())
        assert running.end() == ([], "", 0)
    assert length == PIECES * 16_000
    assert waiting_at < PIECES / 2
    assert max(grown, servers) < 2 * MIB
