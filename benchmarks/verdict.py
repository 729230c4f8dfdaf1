"""From figures to medians, ratios and verdicts."""

import statistics
from dataclasses import dataclass

from .scenarios import Target

Measured = dict[str, list[dict[str, float]]]  # of one run: the rounds of each peer


@dataclass(frozen=True)
class Value:
    """A figure over the rounds: its median, least and most."""

    median: float
    least: float
    most: float


def value(rounds: list[dict[str, float]], figure: str) -> Value | None:
    """Give a figure over the rounds, if it was measured."""
    values = [one[figure] for one in rounds if figure in one]
    return _over(values) if values else None


def ratio(measured: Measured, figure: str, of: str, to: str) -> Value | None:
    """Divide pair by pair: both of one round, then the median over the rounds."""
    pairs = zip(measured.get(of, ()), measured.get(to, ()), strict=False)
    ratios = [
        one[figure] / other[figure] for one, other in pairs if figure in one and figure in other
    ]
    return _over(ratios) if ratios else None


def reached(target: Target, runs: dict[str, Measured]) -> Value | None:
    """Give what was reached of a target, if it was measured."""
    measured = runs.get(target.run, {})
    if target.peer:
        return ratio(measured, target.figure, target.of, target.peer)
    return value(measured.get(target.of, []), target.figure)


def met(target: Target, found: Value) -> bool:
    """Say whether the median is as good as it must be."""
    return found.median >= target.most if target.least else found.median <= target.most


def _over(values: list[float]) -> Value:
    return Value(statistics.median(values), min(values), max(values))
