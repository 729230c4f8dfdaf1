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
tracemalloc.start()

def memory():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
"""

# --- a long answer -----------------------------------------------------------

EVENTS = 100_000
LONG = Answer(body=[Repeat(event(chunk("word ")) * 100, count=EVENTS // 100 - 1)])
LONG.body.append(event(chunk("word ")) * 99 + event(chunk("word ", "stop")) + DONE)

LOOK = """
held = {}

def look(number):
    if number in (10_000, 100_000):  # once the pieces are joined, text takes what it is long
        held[number] = memory() - len(stream.snapshot.choices[0].message.content)
"""
READ = f"""{LOOK}
with client.chat.stream(**ask) as stream:
    for number, event in enumerate(stream, 1):
        look(number)
"""
READ_ASYNC = f"""{LOOK}
async def main():
    global stream
    number = 0
    async with client.chat.stream_async(**ask) as stream:
        async for event in stream:
            number += 1
            look(number)
"""
READERS = {"sync": READ, **{name: READ_ASYNC + run for name, run in RUN.items()}}


@pytest.mark.parametrize(("colour", "reader"), READERS.items(), ids=READERS)
def test_events_that_were_read_are_not_held(start, monkeypatch, colour, reader):
    if colour == "uvloop":
        pytest.importorskip("uvloop")
    with serving(LONG, monkeypatch):
        tell = "say(stream.timing.events, stream.end_reason, held[100_000] - held[10_000])"
        lines, stderr, status = start(MEASURE + reader + tell).end()
    assert (stderr, status) == ("", 0)
    events, reason, grown = lines[0].split()
    assert (int(events), reason) == (EVENTS, "done")
    print(grown)
    assert int(grown) < 128 * KIB
