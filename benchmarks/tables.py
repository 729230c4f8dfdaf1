"""Figures as Markdown."""

from collections.abc import Callable, Iterator
from typing import Any

from .peers import PEERS
from .runs import RUNS, Run
from .scenarios import SCENARIOS, Target
from .verdict import Measured, Value, met, ratio, reached, value

COMPARED = {
    "bulk": ("bulk", "cpu_us"),
    "paced": ("paced", "cpu_us"),
    "one token": ("fixed", "cpu_us"),
    "import": ("import", "chat_ms"),
    "start": ("start", "wall_ms"),
    "memory": ("open", "kib"),
}
"""The columns of the comparison, explained in `docs/benchmarks.md`: a run and its figure."""
COMPARED_PEERS = tuple(peer for peer in PEERS if "uvloop" not in peer and peer != "floor-msgspec")
"""The rows of the comparison."""


def comparison(results: dict[str, Any]) -> Iterator[str]:
    """Yield one table of all peers: medians, and ratios to this package."""
    runs = _figures(results)
    yield _row("", *COMPARED)
    yield _row("---", *["---:"] * len(COMPARED))
    for peer in COMPARED_PEERS:
        cells = [_compared(runs.get(run, {}), figure, peer) for run, figure in COMPARED.values()]
        if any(cells):
            yield _row(PEERS[peer].label, *cells)


def count_met(results: dict[str, Any]) -> tuple[int, int]:
    """Return how many of the measured targets are met, and how many there are."""
    runs = _figures(results)
    verdicts = [
        met(target, found)
        for scenario in SCENARIOS.values()
        for target in scenario.targets
        if (found := reached(target, runs)) is not None
    ]
    return sum(verdicts), len(verdicts)


def targets(results: dict[str, Any]) -> Iterator[str]:
    """Yield a table of the scenarios: each target with the measured figure."""
    runs = _figures(results)
    yield _row("", "scenario", "figure", "target", "measured (least to most)", "")
    yield _row(*["---"] * 6)
    for letter, scenario in SCENARIOS.items():
        for number, target in enumerate(scenario.targets):
            if target.run in runs:
                opening = ("", "") if number else (letter, scenario.title)
                found = reached(target, runs)
                yield _row(*opening, _what(target), _wanted(target), *_found(target, found))


def run_table(name: str, measured: dict[str, Any]) -> Iterator[str]:
    """Yield a table of one run: medians of each peer, and ratios to this package."""
    run = RUNS[name]
    columns = _one_peer if len(run.peers) == 1 else _peers
    yield from columns(run, measured["figures"])
    for peer, reason in measured["failed"].items():
        rounds = len(measured["figures"].get(peer, ()))
        yield f"\n{PEERS[peer].label} failed after {rounds} rounds: {reason}"


def _figures(results: dict[str, Any]) -> dict[str, Measured]:
    return {name: run["figures"] for name, run in results["runs"].items()}


def _compared(measured: Measured, figure: str, peer: str) -> str:
    """A median and its ratio to this package; empty if it was not measured."""
    found = value(measured.get(peer, []), figure)
    if found is None:
        return ""
    times = ratio(measured, figure, peer, "this")
    compared = f" ({times.median:.2g} ×)" if times and peer != "this" else ""
    return f"{_number(found.median)}{compared}"


def _peers(run: Run, figures: dict[str, Any]) -> Iterator[str]:
    main, *others = run.units
    yield _row(
        "", run.units[main], "ratio to this package", *(run.units[other] for other in others)
    )
    yield _row("---", *["---:"] * (len(run.units) + 1))
    for peer in run.peers:
        if rounds := figures.get(peer):
            cells = [_spread(value(rounds, main)), _times(ratio(figures, main, peer, "this"))]
            cells += [_spread(value(rounds, other)) for other in others]
            yield _row(PEERS[peer].label, *cells)


def _one_peer(run: Run, figures: dict[str, Any]) -> Iterator[str]:
    yield _row("", PEERS[run.peers[0]].label)
    yield _row("---", "---:")
    for figure, unit in run.units.items():
        yield _row(unit, _spread(value(figures.get(run.peers[0], []), figure)))


def _what(target: Target) -> str:
    run = RUNS[target.run]
    parts = [run.units[target.figure]]
    if target.of != "this":
        parts += ["TLS"] if run.server == "tls" else []
        parts += [PEERS[target.of].label.removeprefix("this package, ")]
    if target.peer:
        parts += [f"to {PEERS[target.peer].label}"]
    return ", ".join(parts)


def _wanted(target: Target) -> str:
    bound = "at least" if target.least else "at most"
    if target.peer:
        times = _times(Value(target.most, target.most, target.most))
        return f"{bound} {times}" if target.least else times
    return f"{bound} {target.most:g}"


def _found(target: Target, found: Value | None) -> tuple[str, str]:
    if found is None:
        return "not measured", ""
    shown = _times(found) if target.peer else _spread(found)
    return shown, "met" if met(target, found) else f"**missed** by {_miss(target, found)}"


def _miss(target: Target, found: Value) -> str:
    factor = found.median / target.most
    if target.least:
        factor = 1 / factor
    return f"{factor - 1:.1%}" if factor < 1.5 else f"a factor of {factor:.2g}"


def _times(found: Value | None) -> str:
    """Show a ratio, as a fraction if it is small."""
    if found is None:
        return ""
    return _with_range(found, _fraction if found.median < 0.5 else _multiple)


def _spread(found: Value | None) -> str:
    return "" if found is None else _with_range(found, _number)


def _with_range(found: Value, show: Callable[[float], str]) -> str:
    median, least, most = show(found.median), show(found.least), show(found.most)
    return median if least == most else f"{median} ({least} to {most})"


def _fraction(one: float) -> str:
    return f"1/{1 / one:.3g}"


def _multiple(one: float) -> str:
    return f"{one:.3g} ×"


def _number(one: float) -> str:
    return f"{one:,.0f}" if abs(one) >= 100 else f"{one:.3g}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
