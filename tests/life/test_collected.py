"""Streams that nobody closes: each is closed when it is collected, or with its loop or program.

What is written to stderr is a warning for each that was dropped, with the line of its call.
"""

import pytest

from support.life import PRELUDE, RUN

WAYS = """
def unread():
    stream = client.chat.stream(**ask)  # is dropped

def read():
    stream = client.chat.stream(**ask)  # is dropped
    next(stream)

def in_a_cycle():
    stream = client.chat.stream(**ask)  # is dropped
    next(stream)
    stream.itself = stream
    del stream
    gc.collect()

def by_another_thread():
    stream = client.chat.stream(**ask)  # is dropped
    next(stream)
    stream.itself = stream
    del stream
    collector = threading.Thread(target=gc.collect)
    collector.start()
    collector.join()

for way in (unread, read, in_a_cycle, by_another_thread):
    way()
    say(way.__name__)
    sys.stdin.readline()

threading.excepthook = bool  # prints nothing, should the end of the program wake this thread
blocked = client.chat.stream(**ask)
next(blocked)
threading.Thread(target=next, args=(blocked,), daemon=True).start()
open_at_the_end = client.chat.stream(**ask)  # is dropped
next(open_at_the_end)
"""

ASYNC_WAYS = """
async def unread():
    stream = await client.chat.stream_async(**ask)  # is dropped

async def read():
    stream = await client.chat.stream_async(**ask)  # is dropped
    await anext(stream)

async def in_a_cycle():
    stream = await client.chat.stream_async(**ask)  # is dropped
    await anext(stream)
    stream.itself = stream
    del stream
    gc.collect()

async def by_another_thread():
    stream = await client.chat.stream_async(**ask)  # is dropped
    await anext(stream)
    stream.itself = stream
    del stream
    await anyio.to_thread.run_sync(gc.collect)

async def main():
    for way in (unread, read, in_a_cycle, by_another_thread):
        await way()
        say(way.__name__)
        await anyio.to_thread.run_sync(sys.stdin.readline)

{run}

async def main():
    global stream
    stream = await client.chat.stream_async(**ask)  # is dropped
    await anext(stream)

{run}
say("open at the end of its loop")
sys.stdin.readline()
del stream

async def main():
    stream = await client.chat.stream_async(**ask)  # is dropped
    await anext(stream)

{run}
say("dropped as its loop ends")
sys.stdin.readline()

async def main():
    async def read():
        async for event in stream:
            pass

    stream = await client.chat.stream_async(**ask)
    if "trio" in "{run}":
        import trio
        trio.lowlevel.spawn_system_task(read)
    else:
        global task
        task = asyncio.ensure_future(read())
    for _ in range(5):
        await anyio.lowlevel.checkpoint()

{run}
say("blocked at the end of its loop")
sys.stdin.readline()
"""
PROGRAMS = {
    "sync": WAYS,
    **{name: ASYNC_WAYS.replace("{run}", run) for name, run in RUN.items()},
}
WHILE_IT_RUNS = ["unread", "read", "in_a_cycle", "by_another_thread"]
AT_THE_END = [
    "open at the end of its loop",
    "dropped as its loop ends",
    "blocked at the end of its loop",
]


@pytest.mark.parametrize(("colour", "program"), PROGRAMS.items(), ids=PROGRAMS)
def test_a_stream_that_nobody_closes_is_closed(start, silent, colour, program):
    if colour == "uvloop":
        pytest.importorskip("uvloop")
    running = start(program, "-X", "dev")
    for number, way in enumerate(WHILE_IT_RUNS if colour == "sync" else WHILE_IT_RUNS + AT_THE_END):
        assert running.says() == way
        silent.requests[number].closed.wait()
        running.go_on()
    lines, stderr, status = running.end()
    assert (lines, status) == ([], 0)
    silent.wait_for_connections()
    # Newer Pythons print the line itself as well, after blanks.
    assert [line for line in stderr.splitlines() if not line.startswith(" ")] == [
        f"<string>:{number}: ResourceWarning: a stream was dropped before its end;"
        " close it, or read it inside `with`"
        for number, line in enumerate((PRELUDE + program).splitlines(), 1)
        if line.endswith("# is dropped")
    ]
