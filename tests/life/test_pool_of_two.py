"""Many streams on two connections, left in every way there is: none waits for ever."""

import pytest

from mistralai.simulator import Answer
from support.life import PRELUDE, RUN, SILENT, serving
from support.serving import DONE, HELLO, chunk, event

COMMON = """
import random, tracemalloc
import httpx2
from mistralai import Timeouts
from mistralai.client import errors

WORKERS = 8
TWO = httpx2.Limits(max_connections=2)
limits = Timeouts(connect=20, first_event=20, idle=20)
chance = random.Random(7)
left = [chance.choice(WAYS) for _ in range(STREAMS)]
dropped = left.count("drop") + left.count("drop unread")
expected = {
    "raise": LookupError,
    "status": errors.BadRequestError,
    "cut": errors.APIConnectionError,
    "reset": errors.APIConnectionError,
}

def asking(way):
    messages = [{"role": "user", "content": way}]
    return {"model": "m", "messages": messages, "timeouts": limits, "retries": None}

def memory():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]

def next_way():
    global before
    if len(left) == STREAMS - 200:
        before = memory()
    return left.pop() if left else None

tracemalloc.start()
"""

SYNC = """
from concurrent.futures import ThreadPoolExecutor

def leave(way):
    stream = client.chat.stream(**asking(way))  # may be dropped
    if way == "drop unread":
        return
    if way == "drop":
        next(stream)
        return
    with stream:
        if way == "close":
            closers.submit(stream.close)
        for event in stream:
            if way == "break":
                break
            if way == "raise":
                raise LookupError

def work():
    while True:
        with lock:
            way = next_way()
        if way is None:
            return
        try:
            leave(way)
        except expected.get(way, ()):
            continue
        assert way not in expected, way

lock = threading.Lock()
http = httpx2.Client(limits=TWO) if own else None
client = Mistral(client=http, max_connections=2)
with ThreadPoolExecutor(WORKERS) as workers, ThreadPoolExecutor(2) as closers:
    for worker in [workers.submit(work) for _ in range(WORKERS)]:
        worker.result()
say(dropped, (memory() - before) // 1024)
sys.stdin.readline()
client.close()
if http:
    http.close()
"""

ASYNC = """
async def read(way):
    async with client.chat.stream_async(**asking(way)) as stream:
        async for event in stream:
            if way == "break":
                break
            if way == "raise":
                raise LookupError

async def read_on(stream):
    async for event in stream:
        pass

async def leave(way):
    if way in ("drop", "drop unread"):
        stream = await client.chat.stream_async(**asking(way))  # may be dropped
        if way == "drop":
            await anext(stream)
    elif way == "close":
        stream = await client.chat.stream_async(**asking(way))
        async with anyio.create_task_group() as group:
            group.start_soon(read_on, stream)
            for _ in range(chance.randrange(4)):
                await anyio.lowlevel.checkpoint()
            await stream.close()
    elif way == "cancel":
        async with anyio.create_task_group() as group:
            group.start_soon(read, way)
            for _ in range(chance.randrange(20)):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    else:
        await read(way)

async def work():
    while way := next_way():
        try:
            await leave(way)
        except expected.get(way, ()):
            continue
        assert way not in expected, way

async def main():
    global client
    http = httpx2.AsyncClient(limits=TWO) if own else None
    client = Mistral(async_client=http, max_connections=2)
    async with anyio.create_task_group() as group:
        for _ in range(WORKERS):
            group.start_soon(work)
    say(dropped, (memory() - before) // 1024)
    await anyio.to_thread.run_sync(sys.stdin.readline)
    await client.aclose()
    if http:
        await http.aclose()
"""

WAYS = ["end", "break", "raise", "close", "status", "cut", "reset", "drop", "drop unread"]
PROGRAMS = {"sync": SYNC, **{name: ASYNC + RUN[name] for name in ("asyncio", "trio")}}

WHOLE = Answer(body=[HELLO, DONE])
SERVED = {
    "end": WHOLE,
    "status": Answer.of_json({"message": "no"}, status=400),
    "cut": Answer(body=[event(chunk("Hel"))], ending="cut"),
    "reset": Answer(body=[event(chunk("Hel"))], ending="reset"),
}


def serve(request):
    """Answer in the way in which the stream is to be left."""
    return SERVED.get(request.json["messages"][0]["content"], SILENT)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("own", "streams"), [(False, 1000), (True, 400)], ids=["our own pool", "the caller's pool"]
)
@pytest.mark.parametrize("colour", PROGRAMS)
def test_streams_that_share_two_connections_leave_nothing_behind(
    start, monkeypatch, colour, own, streams
):
    ways = WAYS if colour == "sync" else [*WAYS, "cancel"]
    program = f"WAYS, STREAMS, own = {ways}, {streams}, {own}\n{COMMON}{PROGRAMS[colour]}"
    with serving(serve, monkeypatch) as sim:
        running = start(program, "-W", "default")
        dropped, grown = map(int, running.says().split())
        sim.wait_for_connections(at_most=2)
        running.go_on()
        lines, stderr, status = running.end()
        assert (lines, status) == ([], 0)
        sim.wait_for_connections()
        assert len(sim.requests) > 0.8 * streams  # some are cancelled before they are sent
    assert grown <= 1024
    told = [line for line in stderr.splitlines() if not line.startswith(" ")]
    if own and colour == "trio":  # httpx2 leaves its generators to the collector, and trio says so
        told = [line for line in told if "a stream was dropped" in line]
    places = [line.split(": ResourceWarning: a stream was dropped")[0] for line in told]
    [line] = [
        number
        for number, line in enumerate((PRELUDE + program).splitlines(), 1)
        if line.endswith("# may be dropped")
    ]
    assert places == [f"<string>:{line}"] * dropped
