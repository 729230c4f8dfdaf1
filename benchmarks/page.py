"""The figures of `docs/benchmarks.md`: a marked section is written anew, the prose around it stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .environments import ROOT, Environments
from .plots import PLOTS
from .runs import RUNS
from .tables import run_table, targets

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- figures, written by `make bench`: begin -->"
END = "<!-- figures: end -->"


def rewrite(page: Path, results: dict[str, Any]) -> None:
    """Put the figures of these results into the page.

    Raises:
        ValueError: The page has not the two marks.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(
            f"{page} has no section between {BEGIN} and {END}; write both marks into it"
        )
    figures = "\n".join(section(results))
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}")


def section(results: dict[str, Any]) -> Iterator[str]:
    """The machine, the targets, the plots, and a table for each run."""
    yield "## Targets and what was reached"
    yield ""
    yield from targets(results)
    yield ""
    for name, title in PLOTS.items():
        yield f"![{title}](benchmarks/{name}.png)"
        yield ""
    yield "## Each run"
    for name in RUNS:
        if name in results["runs"]:
            run = results["runs"][name]
            yield ""
            yield f"### {RUNS[name].title}"
            yield ""
            yield from run_table(name, run)
    yield ""
    yield "## Machine and versions"
    yield ""
    yield from _conditions(results)


def _conditions(results: dict[str, Any]) -> Iterator[str]:
    for what, value in results["machine"].items():
        yield f"* {what}: {value}"
    rounds = sorted({run["rounds"] for run in results["runs"].values()})
    loads = [run["load"] for run in results["runs"].values()]
    yield f"* rounds: {', '.join(map(str, rounds))}; load before a run: {min(loads):.1f} to {max(loads):.1f}"
    yield f"* date: {max(run['date'] for run in results['runs'].values())}"
    for environment, installed in results["versions"].items():
        required = Environments.required(environment)
        versions = ", ".join(f"{name} {installed[name]}" for name in required if name in installed)
        yield f"* environment `{environment}`: {versions}"
