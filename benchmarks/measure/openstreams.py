"""Memory of streams that are open and wait."""

import asyncio
import gc

from .spent import memory


def held(client, base, *, shape, events, streams, **_):
    """KiB for each more open stream, by the memory of the process."""

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


async def _open(client, session, seen, events):
    tasks = [asyncio.create_task(client.stream_async(session, one.append)) for one in seen]
    while any(sum(map(bool, one)) < events for one in seen):
        await asyncio.sleep(0.01)
        for task in tasks:
            if task.done():
                task.result()
    gc.collect()
    return tasks
