"""How much one core of simulator serves: events a second, and paced streams at once.

    python benchmarks/simulator_bench.py

The server runs in a process of its own, pinned to one core where the system can do that; this
process reads with plain sockets. Printed are events a second with 16 streams at full speed, and for
1,000 streams at 20 tokens a second how late the last event came and how busy the core was.
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
BODY = b'{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true}'
REQUEST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer key\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


@contextmanager
def server(scenario: str) -> Iterator[tuple[str, int]]:
    """Run a simulator; gives its URL and process id."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scenario.toml")
        file.write_text(scenario)
        command = [sys.executable, "-m", "mistralai.simulator", "--port", "0", "--scenario", file]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            pin(process.pid, 0)
            try:
                yield url, process.pid
            finally:
                process.terminate()


def pin(pid: int, place: int) -> None:
    """Pin a process to one of the cores that it may use."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(pid, {cores[place % len(cores)]})


def busy(pid: int) -> float:
    """Give the seconds that a process has computed; 0 where /proc is missing."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_streams(url: str, count: int) -> tuple[int, float]:
    """Read so many streams at once, to their ends; gives the events and the seconds."""
    address = urlsplit(url)
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    for _ in range(count):
        sock = socket.create_connection((address.hostname, address.port))
        sock.sendall(REQUEST)
        selector.register(sock, selectors.EVENT_READ)
    events = 0
    while selector.get_map():
        for key, _ in selector.select():
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            data = sock.recv(1 << 18)
            events += data.count(b"data: ")  # one that two reads share is missed
            if data.endswith(b"0\r\n\r\n") or not data:
                selector.unregister(sock)
                sock.close()
    return events, time.perf_counter() - started


def full_speed() -> float:
    """Measure events a second, the best of three."""
    best = 0.0
    with server('[reply]\npreset = "lorem"\ntokens = 5000\n') as (url, _):
        for _ in range(3):
            events, seconds = read_streams(url, 16)
            best = max(best, events / seconds)
    return best


def paced() -> tuple[float, float]:
    """Measure how late the paced streams end, in seconds, and the share of the core in use."""
    scenario = (
        f'[reply]\npreset = "lorem"\ntokens = {TOKENS}\n[timing]\ntokens_per_second = {PACE}\n'
    )
    with server(scenario) as (url, pid):
        before = busy(pid)
        _, seconds = read_streams(url, STREAMS)
        used = busy(pid) - before
    ideal = (TOKENS + 1) / PACE
    return seconds - ideal, used / seconds


def main() -> None:
    pin(0, 1)
    events = full_speed()
    print(f"{events:,.0f} events a second on one core (wanted: {WANTED_EVENTS:,})")
    late, share = paced()
    print(
        f"{STREAMS:,} streams at {PACE:g} tokens a second: ended {late:.2f} s late after "
        f"{TOKENS / PACE:g} s, {share:.0%} of one core"
    )


if __name__ == "__main__":
    main()
