"""Whether a word of the command line names a scenario of the simulator."""

from __future__ import annotations

from pathlib import Path


def is_scenario(text: str) -> bool:
    """Whether a word is a preset, a fault, several with commas between, or a file that is there."""
    if text.endswith((".toml", ".jsonl")):
        return Path(text).exists()
    from ..simulator import PRESETS
    from ..simulator.faults.choice import named

    return all(part in PRESETS or named(part) for part in text.split(","))
