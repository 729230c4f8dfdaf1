"""Many concurrent asyncio streams, at the speed of a model.

Figures cover the time in which every stream is open, without connecting and ending.
"""

import asyncio
import time

from .spent import spending

AT_ONCE = 100
"""Streams that are started together: more would exceed the server's backlog."""


def cost(client, base, *, shape, events, streams, loop="asyncio", **_):
    """Return CPU per event.

    It includes connecting and ending if the client is too slow to have all streams open at a time.
    """

    async def run():
        await _warm_up(client, base)
        session = client.connect_async(f"{base}/{shape}")
        seen = [[] for _ in range(streams)]
        started = time.process_time()
        tasks = [asyncio.create_task(client.stream_async(session, one.append)) for one in seen]
        await _all_begun(seen, tasks)
        before = _count(seen)
        with spending() as spent:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        cpu, received = spent.cpu, _count(seen) - before
        await asyncio.gather(*tasks)
        if received < streams * events / 10:
            cpu, received = time.process_time() - started, _count(seen)
        whole = sum(1 for one in seen if sum(map(bool, one)) == events)
        return {"cpu_us": cpu * 1e6 / received, "whole": whole}

    return _run(run, loop)


def lag(client, base, *, shape, events, streams, loop="asyncio", **_):
    """Return the time from the server's stamp of an event until the reader has it."""

    async def run():
        await _warm_up(client, base)
        session = client.connect_async(f"{base}/{shape}")
        seen = [[] for _ in range(streams)]
        tasks = [asyncio.create_task(client.stream_async(session, _taker(one))) for one in seen]
        await _all_begun(seen, tasks)
        begun = time.monotonic_ns()
        with spending() as spent:
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        lags = sorted(at - sent for one in seen for sent, at in one if at > begun)
        whole = sum(1 for one in seen if len(one) == events)
        return {
            "whole": whole - sum(1 for end in ended if end is not None),
            "lag_p50_ms": lags[len(lags) // 2] / 1e6,
            "lag_p99_ms": lags[len(lags) * 99 // 100] / 1e6,
            "core_share": spent.cpu / spent.wall,
            "wall_s": spent.wall,
        }

    return _run(run, loop)


def crowd(client, base, *, shape, events, streams, loop="asyncio", **_):
    """Return the figures of `lag`, counted once all streams are open, and the longest pause."""

    async def run():
        await _warm_up(client, base)
        session = client.connect_async(f"{base}/{shape}")
        seen = [[] for _ in range(streams)]
        pauses = asyncio.create_task(_longest_pause())
        tasks = []
        for at in range(0, streams, AT_ONCE):
            some = seen[at : at + AT_ONCE]
            tasks += [
                asyncio.create_task(client.stream_async(session, _noting(one))) for one in some
            ]
            await _all_begun(some, tasks[at:])
        pauses.cancel()
        pause = await pauses
        begun = time.monotonic_ns()
        with spending() as spent:
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        stamps = [pair for one in seen for pair in one if pair is not None]
        lags = sorted(at - sent for sent, at in stamps if sent > begun)
        whole = sum(1 for one in seen if sum(pair is not None for pair in one) == events)
        return {
            "whole": whole - sum(1 for end in ended if end is not None),
            "lag_p50_ms": lags[len(lags) // 2] / 1e6,
            "lag_p99_ms": lags[len(lags) * 99 // 100] / 1e6,
            "core_share": spent.cpu / spent.wall,
            "pause_ms": pause * 1e3,
        }

    return _run(run, loop)


async def _longest_pause():
    """Return the longest time in which the loop did not run a task that waits a millisecond."""
    longest, last = 0.0, time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            longest, last = max(longest, now - last), now
    except asyncio.CancelledError:
        return longest


async def _warm_up(client, base):
    await client.stream_async(client.connect_async(f"{base}/bulk-1"), [].append)


async def _all_begun(seen, tasks):
    while not all(seen):
        await asyncio.sleep(0.01)
        for task in tasks:
            if task.done() and task.exception():
                task.result()


def _count(seen):
    return sum(map(len, seen))


def _noting(mine):
    """Return a reader like that of `_taker`, which also notes the first event."""

    def take(text):
        mine.append((int(text), time.monotonic_ns()) if text else None)

    return take


def _taker(mine):
    def take(text):
        if text:
            mine.append((int(text), time.monotonic_ns()))

    return take


def _run(main, loop):
    if loop == "uvloop":
        import uvloop

        return uvloop.run(main())
    return asyncio.run(main())
