"""`--simulate`: the simulator of this package, in a thread of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..simulator import Replay, Scenario, Simulator, Timing, load
from ..simulator.faults.names import named
from ..simulator.files import shipped
from .failure import UsageError

if TYPE_CHECKING:
    from ..simulator import ScenarioLike

PACE = Timing(first=0.4, tokens_per_second=30)
"""The pace of presets on a terminal, about that of a large model."""


def simulator(text: str, *, paced: bool) -> Simulator:
    """Return a simulator for the value of `--simulate`.

    Args:
        text: Presets and faults, separated by commas, the name of a scenario of the package, or
            the path of a scenario's TOML file or of a recording.
        paced: Whether presets answer at the pace of a model; other scenarios have their own.

    Raises:
        UsageError: The value is none of these.
        OSError: A file cannot be read.
        ValueError: A file is malformed.
    """
    return Simulator(scenario(text, paced=paced))


def scenario(text: str, *, paced: bool) -> ScenarioLike:
    """Return the scenario for the value of `--simulate`; see `simulator`."""
    if text.endswith(".toml"):
        return load(text)
    if text.endswith(".jsonl"):
        return Replay(text)
    if text in shipped():
        return text
    preset, faults = "auto", list[str]()
    for part in text.split(","):
        if named(part) is None:
            preset = part
        else:
            faults.append(part)
    timing = PACE if paced else None
    try:
        return Scenario(preset, timing=timing, faults=faults)
    except ValueError as error:
        raise UsageError(f"--simulate: {error}", "cut-after-5 is an example of a fault.") from error
