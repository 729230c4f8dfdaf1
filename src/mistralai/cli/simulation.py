"""`--simulate`: the simulator that comes with the package, in a thread of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..simulator import Replay, Scenario, Simulator, Timing, load
from ..simulator.faults.choice import named
from .failure import UsageError

if TYPE_CHECKING:
    from ..simulator import ScenarioLike

_PACE = Timing(first=0.4, tokens_per_second=30)
"""About that of a large model, for eyes."""


def simulator(scenario: str, *, paced: bool) -> Simulator:
    """Make a simulator of what `--simulate` names.

    Args:
        scenario: A preset, faults, both with commas between them, a scenario's TOML file, or
            a recording.
        paced: Whether presets take their time, as a model does.

    Raises:
        UsageError: It is none of these.
        OSError: A file cannot be read.
        ValueError: A file is not what it should be.
    """
    return Simulator(_scenario(scenario, paced=paced))


def _scenario(text: str, *, paced: bool) -> ScenarioLike:
    if text.endswith(".toml"):
        return load(text)
    if text.endswith(".jsonl"):
        return Replay(text)
    preset, faults = "auto", list[str]()
    for part in text.split(","):
        if named(part) is None:
            preset = part
        else:
            faults.append(part)
    timing = _PACE if paced else None
    made = [fault for fault in map(named, faults) if fault is not None]
    try:
        return Scenario(preset, timing=timing, faults=made)
    except ValueError as error:
        raise UsageError(
            f"--simulate: {error}", "Faults have names such as cut-after-5."
        ) from error
