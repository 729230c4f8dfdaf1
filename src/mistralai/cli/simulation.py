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
        text: Faults and a preset, or the name of a scenario of the package, separated by commas;
            or the path of a scenario's TOML file or of a recording.
        paced: Whether presets answer at the pace of a model; other scenarios have their own.

    Raises:
        UsageError: The value is none of these.
        OSError: A file cannot be read.
        ValueError: A file is malformed.
    """
    if text.endswith((".toml", ".jsonl")):
        return Simulator(scenario(text, paced=paced))
    name, faults = "auto", list[str]()
    for part in text.split(","):
        if named(part) is None:
            name = part
        else:
            faults.append(part)
    try:
        return Simulator(scenario(name, paced=paced), faults=faults)
    except ValueError as error:
        raise UsageError(f"--simulate: {error}", "cut-after-5 is an example of a fault.") from error


def scenario(name: str, *, paced: bool) -> ScenarioLike:
    """Return the scenario of a file or of a name.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is malformed, or no preset has the name.
    """
    if name.endswith(".toml"):
        return load(name)
    if name.endswith(".jsonl"):
        return Replay(name)
    if name in shipped():
        return name
    return Scenario(name, timing=PACE if paced else None)
