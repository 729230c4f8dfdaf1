"""The figures of `docs/benchmarks.md`: a marked section is replaced, the text around it stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .environments import ROOT, Environments
from .plots import PLOTS
from .tables import comparison, count_met

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- figures, written by `make bench`: begin -->"
END = "<!-- figures: end -->"


def rewrite(page: Path, results: dict[str, Any]) -> None:
    """Replace the figures of the page.

    Raises:
        ValueError: The page does not have the two marks.
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
    """Yield the lines of the table, the targets, the plots and the machine."""
    yield from comparison(results)
    yield ""
    reached, measured = count_met(results)
    yield f"{reached} of {measured} targets are met. `make bench ARGS=--report` prints each of"
    yield "them, and a table per run."
    yield ""
    for name, title in PLOTS.items():
        yield f"![{title}](benchmarks/{name}.png)"
        yield ""
    yield from _conditions(results)


def _conditions(results: dict[str, Any]) -> Iterator[str]:
    machine = results["machine"]
    shown = [f"{machine[key]}{unit}" for key, unit in _MACHINE.items() if key in machine]
    runs = results["runs"].values()
    dates = sorted({run["date"] for run in runs})
    rounds = sorted({run["rounds"] for run in runs})
    loads = [run["load"] for run in runs]
    yield f"Measured on {', '.join(shown)};"
    yield f"{' to '.join(dict.fromkeys((dates[0], dates[-1])))};"
    yield f"rounds: {', '.join(map(str, rounds))};"
    yield f"load before a run: {min(loads):.1f} to {max(loads):.1f}. Versions:"
    yield ""
    for environment, installed in results["versions"].items():
        required = Environments.required(environment)
        versions = ", ".join(f"{name} {installed[name]}" for name in required if name in installed)
        yield f"* `{environment}`: {versions}"


_MACHINE = {"CPU": "", "cores": " cores", "memory": "", "Python": "", "system": ""}
