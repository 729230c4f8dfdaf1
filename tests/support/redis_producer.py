"""A program that produces an answer over Redis, and says what becomes of it.

Arguments: the URL, the key, the lease, and the number of words to produce before it falls silent.
It prints `started`, and `refused` or `lost` where the store says so.
"""

import logging
import sys

import anyio

from mistralai.deltas import TextDelta
from mistralai.relay import AlreadyRunningError, RedisStore, Relay


def say(*words):
    """Print, at once."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


class Told(logging.Handler):
    """Prints when the relay logs that its answer cannot be written."""

    def emit(self, record):
        say("lost", record.getMessage())


async def main(url, key, lease, words):
    async def source():
        for number in range(int(words)):
            yield TextDelta(0, f"word {number} ")
        await anyio.sleep_forever()

    logging.getLogger("mistralai.relay").addHandler(Told())
    async with Relay(RedisStore(url, lease=float(lease))) as relay:
        try:
            await relay.start(key, source)
        except AlreadyRunningError:
            say("refused")
            return
        say("started")
        await anyio.sleep_forever()


anyio.run(main, *sys.argv[1:])
