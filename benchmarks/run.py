"""One measurement, as `runs` and `relay_runs` list them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Run:
    """One measurement.

    Attributes:
        title: The heading of its table.
        measure: `module:function` of `measure`, or a function of `startup`.
        peers: The peers that are measured.
        job: The arguments of `measure`.
        quick: The arguments that a quick run replaces.
        server: The server that is asked: `plain`, `tls` or `simulator`.
        most_rounds: The rounds that are enough, for a run that takes minutes.
        needs: A program that must be installed; `--here` leaves these runs out.
        units: The unit of each figure shown.
    """

    title: str
    measure: str
    peers: tuple[str, ...]
    units: dict[str, str]
    job: dict[str, Any] = field(default_factory=dict)
    quick: dict[str, Any] = field(default_factory=dict)
    server: str = "plain"
    most_rounds: int = 99
    needs: str = ""
