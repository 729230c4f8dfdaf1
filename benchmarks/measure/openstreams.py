"""Memory of idle open streams, and CPU to open more."""

import asyncio
import gc
import statistics
import time

from .spent import memory

BATCH, BATCHES = 50, 3


def held(client, base, *, shape, events, streams, **_):
    """Return the KiB that each open stream adds to the memory of the process."""

    async def run():
        session = client.connect_async(f"{base}/{shape}")
        seen = [[] for _ in range(streams + 1)]
        first = await _open(client, session, seen[:1], events)
        before = memory()
        tasks = [*first, *await _open(client, session, seen[1:], events)]
        after = memory()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return {"kib": (after - before) / streams / 1024}

    return asyncio.run(run())


def opening(client, base, *, shape, counts, **_):
    """Return the CPU to open a stream with few and with many open, without garbage collection."""

    async def run():
        session = client.connect_async(f"{base}/{shape}")
        tasks, figures = await _open(client, session, [[]], 1), {}
        for name, count in zip(("few", "many"), counts, strict=True):
            more = [[] for _ in range(count - BATCH * BATCHES - len(tasks))]
            for at in range(0, len(more), BATCH):
                tasks += await _open(client, session, more[at : at + BATCH], 1)
            spent = [await _batch(client, session, tasks) for _ in range(BATCHES)]
            figures[f"cpu_us_{name}"] = statistics.median(spent) * 1e6
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return figures | {"growth": figures["cpu_us_many"] / figures["cpu_us_few"]}

    return asyncio.run(run())


async def _batch(client, session, tasks):
    """Open a batch of streams one after another; return the seconds of CPU per stream."""
    gc.collect()
    gc.disable()
    started = time.process_time()
    for _ in range(BATCH):
        begun = asyncio.Event()
        taking = client.stream_async(session, lambda _, begun=begun: begun.set())
        tasks.append(asyncio.create_task(taking))
        await begun.wait()
    spent = time.process_time() - started
    gc.enable()
    return spent / BATCH


async def _open(client, session, seen, events):
    tasks = [asyncio.create_task(client.stream_async(session, one.append)) for one in seen]
    while any(sum(map(bool, one)) < events for one in seen):
        await asyncio.sleep(0.01)
        for task in tasks:
            if task.done():
                task.result()
    gc.collect()
    return tasks
