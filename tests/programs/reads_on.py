"""Read a long answer, and say what the second half of its events left behind.

The second argument is how many events there are.
"""

import sys
import tracemalloc
from typing import Any

from common import ASK, KIND, run, say
from memory import held

from mistralai import Mistral

client = Mistral()
EVENTS = int(sys.argv[2])


def look(stream: Any, number: int) -> None:
    """Trace from the middle to the end: tracing costs much, and the rest would show no more."""
    if number == EVENTS // 2:
        tracemalloc.start()
    elif number == EVENTS:
        text = stream.snapshot.choices[0].message.content  # joined, it takes its own length
        say(held() - len(text))


def read() -> None:
    with client.chat.stream(**ASK) as stream:
        for number, _ in enumerate(stream, 1):
            look(stream, number)
    say(stream.timing.events)


async def main() -> None:
    number = 0
    async with client.chat.stream_async(**ASK) as stream:
        async for _ in stream:
            number += 1
            look(stream, number)
    say(stream.timing.events)


if KIND == "sync":
    read()
else:
    run(main)
