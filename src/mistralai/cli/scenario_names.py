"""Recognition of scenarios among the arguments, without loading the simulator if possible."""

from __future__ import annotations

from pathlib import Path


def is_scenario(text: str) -> bool:
    """Return whether a word is a list of presets and faults, or an existing scenario file."""
    if text.endswith((".toml", ".jsonl")):
        return Path(text).exists()
    from ..simulator import PRESETS
    from ..simulator.faults.choice import named

    return all(part in PRESETS or named(part) for part in text.split(","))
