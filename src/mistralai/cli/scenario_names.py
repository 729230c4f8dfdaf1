"""Recognition of scenarios among the arguments, without loading the simulator if possible."""

from __future__ import annotations

from pathlib import Path


def is_scenario(text: str) -> bool:
    """Return whether a word is a scenario: presets and faults, a name, or an existing file."""
    if text.endswith((".toml", ".jsonl")):
        return Path(text).exists()
    from ..simulator import PRESETS
    from ..simulator.faults.names import named
    from ..simulator.files import shipped

    names = {*PRESETS, *shipped()}
    return all(part in names or named(part) for part in text.split(","))
