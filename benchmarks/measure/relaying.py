"""One stream with many followers, in this process and over HTTP."""

import asyncio
import gc
import json
import subprocess
import sys
import time

from .spent import memory, spending

SAMPLE = 20
"""Followers whose lag is measured; the others only count."""


def fanned_out(client, base, *, shape, followers, **_):
    """Return the CPU of this process per delivered event, and the time from model to follower."""
    url, lags = f"{base}/{shape}", []

    def received(place, text):
        if place < SAMPLE:
            lags.append((time.monotonic_ns() - int(text)) / 1e6)

    asyncio.run(client.fan_out(f"{base}/stamped-1000-5", 2, received))  # loads what is loaded late
    lags.clear()
    with spending() as spent:
        delivered = asyncio.run(client.fan_out(url, followers, received))
    return _figures(spent.cpu, delivered, lags)


def kept(client, base, *, followers, **_):
    """Return the memory of a follower that waits."""
    url = f"{base}/hold-1"
    asyncio.run(_waiting(client, url, 10))
    gc.collect()
    before = memory()
    return {"kib": (asyncio.run(_waiting(client, url, followers)) - before) / 1024 / followers}


async def _waiting(client, url, followers):
    """Return the memory while all followers wait for the second event."""
    places, all_wait = set(), asyncio.Event()

    def received(place, _text):
        places.add(place)
        if len(places) == followers:
            all_wait.set()

    task = asyncio.create_task(client.fan_out(url, followers, received))
    await all_wait.wait()
    places.clear()
    gc.collect()
    used = memory()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return used


def served(client, base, *, shape, followers, **_):
    """Return the CPU of a server per delivered event, and the time from model to HTTP client."""
    return asyncio.run(_served(client, f"{base}/{shape}", followers))


async def _served(client, url, followers):
    import uvicorn

    config = uvicorn.Config(client.application(url), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    await _read(port, 1)
    with spending() as spent:
        read = await _read(port, followers)
    server.should_exit = True
    await serving
    return _figures(spent.cpu, read["delivered"], read["lags"])


async def _read(port, followers):
    """Have another process read, so that only the server is measured."""
    command = [sys.executable, "-m", "benchmarks.measure.readers", str(port), str(followers)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    return json.loads(output)


def _figures(cpu, delivered, lags):
    lags.sort()
    return {
        "cpu_us": cpu * 1e6 / delivered,
        "p50_ms": lags[len(lags) // 2],
        "p99_ms": lags[len(lags) * 99 // 100],
        "delivered": delivered,
    }
