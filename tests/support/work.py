"""Measures of work that are the same on every machine: no clock is read."""

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, NamedTuple


def count_steps(run: Callable[[], object]) -> int:
    """Count the calls and lines of Python that `run` executes."""
    steps = 0

    def trace(_: FrameType, __: str, ___: Any) -> Any:
        nonlocal steps
        steps += 1
        return trace

    before = sys.gettrace()
    gc.disable()  # what a collection of garbage calls would be counted too
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
        gc.enable()
    return steps


def count_calls(run: Callable[[], object]) -> int:
    """Count the functions of Python that `run` calls, in this thread."""
    calls = 0

    def profile(_: FrameType, event: str, __: Any) -> None:
        nonlocal calls
        calls += event == "call"

    gc.disable()  # what a collection of garbage calls would be counted too
    try:
        _profiled(run, profile)
    finally:
        gc.enable()
    return calls


def count_searched(run: Callable[[], object]) -> int:
    """Add up the lengths of the bytes objects that `run` calls methods on (find, split, ...).

    A search from the middle counts as one from the start, so this is an upper bound: what is
    linear by it is linear. Operators, such as `in`, do not show.
    """
    searched = 0

    def profile(_: FrameType, event: str, function: Any) -> None:
        nonlocal searched
        if event == "c_call":
            subject = getattr(function, "__self__", None)
            searched += len(subject) if isinstance(subject, bytes | bytearray) else 0

    _profiled(run, profile)
    return searched


def _profiled(run: Callable[[], object], profile: Callable[[FrameType, str, Any], object]) -> None:
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(before)


class Memory(NamedTuple):
    """The memory that some work took, in bytes.

    Attributes:
        peak: The most that was held at any time, above what was held at the start.
        allocated: What each step took for itself, added up. It grows with the square of the
            input where each step copies all that came before.
    """

    peak: int
    allocated: int


def measure_memory(steps: Iterable[Callable[[], object]]) -> Memory:
    """Run the steps and drop what they return."""
    peak = allocated = 0
    tracemalloc.start()
    try:
        start = tracemalloc.get_traced_memory()[0]
        for step in steps:
            held = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            step()
            highest = tracemalloc.get_traced_memory()[1]
            peak = max(peak, highest - start)
            allocated += highest - held
    finally:
        tracemalloc.stop()
    return Memory(peak, allocated)
