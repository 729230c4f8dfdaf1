"""Leave many streams of a client with two connections, each in another way.

The arguments are the kind of the loop, whose pool it is (`ours` or `theirs`), and how many streams
there are, before and after the measured memory.
"""

import gc
import random
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx2
from common import KIND, run, say, wait
from memory import held

from mistralai import Mistral, Timeouts
from mistralai.client import errors

OWN, BEFORE, STREAMS = sys.argv[2] == "theirs", int(sys.argv[3]), int(sys.argv[4])
WORKERS = 8
WAYS = ["end", "break", "raise", "close", "status", "cut", "reset", "drop", "drop unread"]
if KIND != "sync":
    WAYS.append("cancel")
TWO = httpx2.Limits(max_connections=2)
LIMITS = Timeouts(connect=20, first_event=20, idle=20)
RANDOM = random.Random(7)
EXPECTED: dict[str, type[Exception]] = {
    "raise": LookupError,
    "status": errors.BadRequestError,
    "cut": errors.APIConnectionError,
    "reset": errors.APIConnectionError,
}


def each_way() -> Iterator[str]:
    """Yield the way in which each stream is to be left, and trace memory after the first ones."""
    for number in range(BEFORE + STREAMS):
        if number == BEFORE:
            gc.collect()
            tracemalloc.start()
        yield RANDOM.choice(WAYS)


dropped: list[str] = []
ways = each_way()
lock = threading.Lock()


def asking(way: str) -> dict[str, Any]:
    """Return a request that tells the server in which way its stream is to be left."""
    messages = [{"role": "user", "content": way}]
    return {"model": "m", "messages": messages, "timeouts": LIMITS, "retries": None}


def next_way() -> str | None:
    """Return the way in which the next stream is to be left."""
    with lock:
        way = next(ways, None)
        if way is not None and way.startswith("drop"):
            dropped.append(way)
        return way


def leave(client: Mistral, closers: ThreadPoolExecutor, way: str) -> None:
    stream = client.chat.stream(**asking(way))  # may be dropped
    if way == "drop unread":
        return
    if way == "drop":
        next(stream)
        return
    with stream:
        if way == "close":
            closers.submit(stream.close)
        for _ in stream:
            if way == "break":
                break
            if way == "raise":
                raise LookupError


def work(client: Mistral, closers: ThreadPoolExecutor) -> None:
    while way := next_way():
        try:
            leave(client, closers, way)
        except EXPECTED.get(way, ()):
            continue
        assert way not in EXPECTED, way


def threads() -> None:
    http = httpx2.Client(limits=TWO) if OWN else None
    client = Mistral(client=http, max_connections=2)
    with ThreadPoolExecutor(WORKERS) as workers, ThreadPoolExecutor(2) as closers:
        for worker in [workers.submit(work, client, closers) for _ in range(WORKERS)]:
            worker.result()
    say(len(dropped), held() // 1024)
    wait()
    client.close()
    if http:
        http.close()


async def read(client: Mistral, way: str) -> None:
    async with client.chat.stream_async(**asking(way)) as stream:
        async for _ in stream:
            if way == "break":
                break
            if way == "raise":
                raise LookupError


async def read_on(stream: Any) -> None:
    async for _ in stream:
        pass


async def leave_async(client: Mistral, way: str) -> None:
    if way.startswith("drop"):
        stream = await client.chat.stream_async(**asking(way))  # may be dropped
        if way == "drop":
            await anext(stream)
    elif way == "close":
        stream = await client.chat.stream_async(**asking(way))
        async with anyio.create_task_group() as group:
            group.start_soon(read_on, stream)
            for _ in range(RANDOM.randrange(4)):
                await anyio.lowlevel.checkpoint()
            await stream.close()
    elif way == "cancel":
        async with anyio.create_task_group() as group:
            group.start_soon(read, client, way)
            for _ in range(RANDOM.randrange(20)):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    else:
        await read(client, way)


async def work_async(client: Mistral) -> None:
    while way := next_way():
        try:
            await leave_async(client, way)
        except EXPECTED.get(way, ()):
            continue
        assert way not in EXPECTED, way


async def tasks() -> None:
    http = httpx2.AsyncClient(limits=TWO) if OWN else None
    client = Mistral(async_client=http, max_connections=2)
    async with anyio.create_task_group() as group:
        for _ in range(WORKERS):
            group.start_soon(work_async, client)
    say(len(dropped), held() // 1024)
    await anyio.to_thread.run_sync(wait)
    await client.aclose()
    if http:
        await http.aclose()


if KIND == "sync":
    threads()
else:
    run(tasks)
