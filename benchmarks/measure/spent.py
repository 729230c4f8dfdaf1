"""What a stretch of a program costs, and how much memory a process has."""

import cProfile
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROFILE = "BENCH_PROFILE"
"""Names the environment variable with the file that a profile is written to, if one is wanted."""


class Spent:
    """What was spent; right when the stretch is over.

    Attributes:
        cpu: Seconds of CPU, of all threads, the kernel's share included.
        wall: Seconds.
    """

    cpu = 0.0
    wall = 0.0


@contextmanager
def spending() -> Iterator[Spent]:
    """Measure what the body of a `with` costs."""
    spent = Spent()
    profile = cProfile.Profile() if PROFILE in os.environ else None
    if profile:
        profile.enable()
    wall, cpu = time.perf_counter(), time.process_time()
    yield spent
    spent.cpu, spent.wall = time.process_time() - cpu, time.perf_counter() - wall
    if profile:
        profile.disable()
        profile.dump_stats(os.environ[PROFILE])


def memory() -> int:
    """The bytes that this process has in memory; the most that it had where /proc is missing."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
