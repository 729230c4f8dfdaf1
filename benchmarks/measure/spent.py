"""CPU and wall time of a block of code, and the memory of the process."""

import cProfile
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROFILE = "BENCH_PROFILE"
"""The environment variable with the file to write a profile to, if any."""


class Spent:
    """The cost of a block, set when it ends.

    Attributes:
        cpu: Seconds of CPU of all threads, including the kernel.
        wall: Seconds of wall time.
    """

    cpu = 0.0
    wall = 0.0


@contextmanager
def spending() -> Iterator[Spent]:
    """Measure the body of a `with` statement."""
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
    """Return the resident bytes of this process, or their maximum where /proc is missing."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
