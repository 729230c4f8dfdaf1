"""Answers of a simulator with faults, and sleeps that are recorded instead of slept."""

from collections.abc import Awaitable, Callable
from typing import Any

from mistralai.simulator import Scenario, Simulator
from mistralai.simulator.faults import Fault

from .raw_answer import RawAnswer, ask


def spoiled(*spoiling: Fault, request: bytes | None = None, **options: Any) -> RawAnswer:
    """Return the answer to one request, with faults; `options` are those of the simulator."""
    with Simulator(Scenario(faults=spoiling), **options) as sim:
        return ask(sim, request)


def recorded_sleep(slept: list[float]) -> Callable[[float], Awaitable[None]]:
    """Return a `sleep` for a simulator that records the seconds and does not wait."""

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return sleep
