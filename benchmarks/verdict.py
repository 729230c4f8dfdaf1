"""Medians, ratios and verdicts of figures."""

import statistics
from dataclasses import dataclass

from .scenarios import Target

Measured = dict[str, list[dict[str, float]]]  # the rounds of each peer, in one run


@dataclass(frozen=True)
class Value:
    """The median, least and most of a figure over the rounds."""

    median: float
    least: float
    most: float


def value(rounds: list[dict[str, float]], figure: str) -> Value | None:
    """Return a figure over the rounds, or `None` if it was not measured."""
    values = [one[figure] for one in rounds if figure in one]
    return _over(values) if values else None


def ratio(measured: Measured, figure: str, of: str, to: str) -> Value | None:
    """Return the ratio of two peers: taken within each round, then over the rounds."""
    pairs = zip(measured.get(of, ()), measured.get(to, ()), strict=False)
    ratios = [
        one[figure] / other[figure] for one, other in pairs if figure in one and figure in other
    ]
    return _over(ratios) if ratios else None


def reached(target: Target, runs: dict[str, Measured]) -> Value | None:
    """Return the figure that a target bounds, or `None` if it was not measured."""
    measured = runs.get(target.run, {})
    if target.peer:
        return ratio(measured, target.figure, target.of, target.peer)
    return value(measured.get(target.of, []), target.figure)


def met(target: Target, found: Value) -> bool:
    """Return whether the median is within the bound."""
    return found.median >= target.most if target.least else found.median <= target.most


def _over(values: list[float]) -> Value:
    return Value(statistics.median(values), min(values), max(values))
