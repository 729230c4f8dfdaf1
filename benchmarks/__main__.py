"""The command line of the benchmark; `make bench ARGS="..."` calls it."""

import argparse
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import profiles
from .conduct import Conductor, serving
from .environments import HOME, ROOT, Environments
from .machine import load, machine
from .page import PAGE, rewrite
from .peers import PEERS
from .runs import RUNS
from .scenarios import SCENARIOS
from .tables import run_table, targets

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    options = _parser().parse_args()
    if options.report:
        results = json.loads(RESULTS.read_text())
        _print(results)
        _publish(results)
        return
    runs = [name for name in RUNS if any(name in SCENARIOS[one].runs for one in options.only)]
    if options.here:
        runs = [name for name in runs if not RUNS[name].needs]
    results = _measure(runs, options)
    _print(results)
    whole = set(runs) == set(RUNS) and not (options.quick or options.peers or options.here)
    if options.update:
        kept = json.loads(RESULTS.read_text())
        _publish(results | {part: kept[part] | results[part] for part in ("runs", "versions")})
    elif whole:
        _publish(results)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the cost of a token.")
    parser.add_argument(
        "--only", type=_letters, default=list(SCENARIOS), metavar="A,L", help="these scenarios"
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="5 by default")
    parser.add_argument("--quick", action="store_true", help="tiny numbers: check that it runs")
    parser.add_argument(
        "--peers", type=_peers, default=(), metavar="P,Q", help=f"only these: {', '.join(PEERS)}"
    )
    parser.add_argument(
        "--update", action="store_true", help="replace these figures among the stored ones"
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="then run this package under cProfile, into .bench/",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="measure nothing; print the stored figures and write the page again",
    )
    parser.add_argument(
        "--here",
        type=Path,
        metavar="FILE",
        help="this package alone, with this interpreter; the figures go to FILE",
    )
    return parser


def _letters(value: str) -> list[str]:
    letters = value.upper().split(",")
    if unknown := set(letters) - set(SCENARIOS):
        raise argparse.ArgumentTypeError(
            f"unknown scenario {', '.join(unknown)}; give letters from A to U"
        )
    return letters


def _peers(value: str) -> tuple[str, ...]:
    peers = tuple(value.split(","))
    if unknown := set(peers) - set(PEERS):
        raise argparse.ArgumentTypeError(
            f"unknown peer {', '.join(unknown)}; give some of {', '.join(PEERS)}"
        )
    return peers


def _measure(runs: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Measure runs, and write the results after each, so that an interrupt loses only one."""
    environments = Environments(here=bool(options.here))
    peers = ("this",) if options.here else options.peers or tuple(PEERS)
    for peer in {peer for name in runs for peer in RUNS[name].peers if peer in peers}:
        environments.python(PEERS[peer].environment)
    results: dict[str, Any] = {"machine": machine(), "versions": environments.versions()}
    results["runs"] = {}
    with serving(environments) as server:
        conductor = Conductor(server, environments, quick=options.quick)
        for name in runs:
            busy = load()
            figures, failed = conductor.rounds(name, peers, options.rounds, _say)
            results["runs"][name] = {
                "date": datetime.now(UTC).date().isoformat(),
                "rounds": options.rounds,
                "load": busy,
                "figures": figures,
                "failed": failed,
            }
            _write(results, options.here or HOME / "results.json")
            if options.profile:
                for file in conductor.profiles(name):
                    _say(f"wrote {profiles.write(file)}")
    return results


def _print(results: dict[str, Any]) -> None:
    for name, run in results["runs"].items():
        print("", RUNS[name].title, *run_table(name, run), sep="\n")
    print("", *targets(results), sep="\n")


def _write(results: dict[str, Any], file: Path) -> None:
    file.write_text(json.dumps(results, indent=1) + "\n")


def _publish(results: dict[str, Any]) -> None:
    """Write the figures of all rounds, then the page and its plots."""
    _write(results, RESULTS)
    python = Environments(here=False).python("report")
    plots = [python, "-m", "benchmarks.plots", RESULTS, PAGE.with_suffix("")]
    subprocess.run(plots, cwd=ROOT, check=True)
    rewrite(PAGE, results)
    _say(f"wrote {PAGE}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
