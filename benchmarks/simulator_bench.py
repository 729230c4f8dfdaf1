"""The throughput of one core of simulator: events per second, and concurrent paced streams.

    python benchmarks/simulator_bench.py

The server runs in its own process, pinned to one core if the system allows it; this process reads
with plain sockets on another core. It prints the events per second of 16 streams at full speed. For
1,000 streams at 20 tokens per second, requested together, it prints the time until all had begun,
how late they ended, counted from the start of each, the share of the core that the server used, and
how long server and reader waited for their cores. Delays from that waiting are not the simulator's.
"""

import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

WANTED_EVENTS = 20_000
STREAMS = 1_000
PACE = 20.0
TOKENS = 200
IDEAL = TOKENS / PACE
"""The seconds of a paced stream, which pauses before each token but the first, and at its end."""
BODY = b'{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true}'
REQUEST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer key\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


@contextmanager
def server(scenario: str) -> Iterator[tuple[str, int]]:
    """Run a simulator, and yield its URL and process id."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scenario.toml")
        file.write_text(scenario)
        command = [sys.executable, "-m", "mistralai.simulator", "--port", "0", "--scenario", file]
        pin(0)  # inherited by the server's threads
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            pin(1)
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            try:
                yield url, process.pid
            finally:
                process.terminate()


_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pin(place: int) -> None:
    """Pin this process and its children to one of its cores."""
    if _CORES:
        os.sched_setaffinity(0, {_CORES[place % len(_CORES)]})


def scheduled(pid: int) -> tuple[float, float]:
    """Return the seconds that a process has run, and those that it waited for its core.

    Both are 0 on systems other than Linux (Documentation/scheduler/sched-stats.rst).
    """
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    times = [file.read_text().split() for file in threads]
    return sum(int(time[0]) for time in times) / 1e9, sum(int(time[1]) for time in times) / 1e9


def read_streams(url: str, count: int) -> tuple[int, list[tuple[float, float]]]:
    """Read concurrent streams; return their events, and when each stream began and ended."""
    address = urlsplit(url)
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    for _ in range(count):
        sock = socket.create_connection((address.hostname, address.port))
        sock.sendall(REQUEST)
        selector.register(sock, selectors.EVENT_READ)
    events = 0
    began: dict[object, float] = {}
    times: list[tuple[float, float]] = []
    while selector.get_map():
        for key, _ in selector.select():
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            data = sock.recv(1 << 18)
            began.setdefault(sock, time.perf_counter() - started)
            events += data.count(b"data: ")  # an event split over two reads is missed
            if data.endswith(b"0\r\n\r\n") or not data:
                selector.unregister(sock)
                sock.close()
                times.append((began[sock], time.perf_counter() - started))
    return events, times


def full_speed() -> float:
    """Measure events per second, the best of three."""
    best = 0.0
    with server('[reply]\npreset = "lorem"\ntokens = 5000\n') as (url, _):
        for _ in range(3):
            events, times = read_streams(url, 16)
            best = max(best, events / max(end for _, end in times))
    return best


def paced() -> tuple[list[tuple[float, float]], float, float]:
    """Measure the times of paced streams, their CPU, and the waits for cores, in seconds."""
    scenario = (
        f'[reply]\npreset = "lorem"\ntokens = {TOKENS}\n[timing]\ntokens_per_second = {PACE}\n'
    )
    with server(scenario) as (url, pid):
        used_before, waited_before = scheduled(pid)
        reader_before = scheduled(os.getpid())[1]
        _, times = read_streams(url, STREAMS)
        used, waited = scheduled(pid)
        reader = scheduled(os.getpid())[1]
    return times, used - used_before, waited - waited_before + reader - reader_before


def main() -> None:
    events = full_speed()
    print(f"{events:,.0f} events per second on one core (wanted: {WANTED_EVENTS:,})")
    times, used, waited = paced()
    begun = max(began for began, _ in times)
    late = [end - began - IDEAL for began, end in times]
    print(
        f"{len(times):,} streams at {PACE:g} tokens per second, {IDEAL:g} s each: all began within "
        f"{begun:.2f} s and ended at most {max(late) * 1e3:.0f} ms late, for {used / IDEAL:.0%} of "
        f"one core; {waited:.2f} s of waits for busy cores"
    )


if __name__ == "__main__":
    main()
