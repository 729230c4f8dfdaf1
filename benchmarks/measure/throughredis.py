"""Many answers written into Redis, and the way of one from its producer to another process."""

import asyncio
import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .spent import spending

FIRST = "first"
"""The text before the measured ones: whoever has it reads."""


def written(client, _base, *, answers, events, together, pause, **_):
    """Return the CPU of the producing process per event, without that of the sources."""

    def source(number):
        return paced(events, together, pause, number / answers)

    async def alone():
        async def drain(number):
            async for _ in source(number):
                pass

        await asyncio.gather(*map(drain, range(answers)))

    with redis_server() as url:
        keys = [str(number) for number in range(answers)]
        asyncio.run(client.produce(url, {"warm": paced(2, 1, 0.0, 0.0)}))
        with spending() as spent:
            asyncio.run(alone())
        apart = spent.cpu
        with spending() as spent:
            asyncio.run(client.produce(url, {key: source(int(key)) for key in keys}))
        calls, entries = _commands(url)
    count = answers * events
    return {
        "cpu_us": (spent.cpu - apart) * 1e6 / count,
        "server_us": calls * 1.0 / count,
        "entry_events": count / max(entries, 1),
    }


def delivered(client, _base, *, answers, events, pause, **_):
    """Return the time from a producer to a reader in another process."""

    async def run(url):
        keys = [str(number) for number in range(answers)]
        command = [sys.executable, "-m", "benchmarks.measure.throughredis"]
        reading = await asyncio.create_subprocess_exec(
            *(*command, client.__name__, url, str(answers)), stdout=subprocess.PIPE
        )
        _pin(reading.pid)
        began = asyncio.Event()

        async def source(number):
            yield FIRST
            await began.wait()
            async for text in paced(events, 1, pause, number / answers):
                yield text

        async def begin():
            await reading.stdout.readline()
            began.set()

        beginning = asyncio.create_task(begin())
        await client.produce(url, {key: source(int(key)) for key in keys})
        await beginning
        output, _ = await reading.communicate()
        return json.loads(output)

    with redis_server() as url:
        read = asyncio.run(run(url))
    lags = sorted(read["lags"])
    return {
        "p50_ms": lags[len(lags) // 2],
        "p99_ms": lags[len(lags) * 99 // 100],
        "cpu_us": read["cpu"] * 1e6 / len(lags),
        "read": len(lags) / (answers * events),
    }


async def paced(events, together, pause, offset):
    """Yield the time in ns, `together` at once, then pause."""
    await asyncio.sleep(pause * offset)
    for number in range(events):
        yield str(time.monotonic_ns())
        if number % together == together - 1:
            await asyncio.sleep(pause)


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis on the last core; yield its URL."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise SystemExit("redis-server is not installed")
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp") as folder:
        path = Path(folder, "socket")
        command = [binary, "--unixsocket", str(path), "--dir", folder]
        command += ["--port", "0", "--save", "", "--loglevel", "warning"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            _pin(process.pid)
            while not _answers(path):
                time.sleep(0.01)
            try:
                yield f"unix://{path}"
            finally:
                process.terminate()


def _pin(pid: int) -> None:
    """Move a process to the last core, away from the producer's."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {(os.cpu_count() or 1) - 1})


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _commands(url: str) -> tuple[float, int]:
    """Return the µs that Redis spent on commands, and the entries of all streams."""
    import redis

    with redis.Redis.from_url(url, decode_responses=True) as client:
        stats = client.info("commandstats")
        entries = sum(
            client.xlen(name) for name in client.scan_iter() if client.type(name) == "stream"
        )
    scripts = stats.get("cmdstat_evalsha", {}).get("usec", 0)
    return scripts or sum(one["usec"] for one in stats.values()), entries


async def _read(client, url, answers):
    """Read all answers, say when all are read, and return how late texts were, and the CPU."""
    lags, following, cpu = [], set(), [0.0]

    async def follow(number):
        def received(text):
            if text != FIRST:
                lags.append((time.monotonic_ns() - int(text)) / 1e6)
                return
            following.add(number)
            if len(following) == answers:
                cpu[0] = time.process_time()
                print("reading", flush=True)

        await client.follow(url, str(number), received)

    await asyncio.gather(*map(follow, range(answers)))
    return {"lags": lags, "cpu": time.process_time() - cpu[0]}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent / "clients"))
    reader = importlib.import_module(sys.argv[1])
    print(json.dumps(asyncio.run(_read(reader, sys.argv[2], int(sys.argv[3])))))
