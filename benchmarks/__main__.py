"""The command line of the benchmark; `make bench ARGS="..."` calls it."""

import argparse
import json
import pstats
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
    runs = [name for name in RUNS if any(name in SCENARIOS[one].runs for one in options.only)]
    kept = json.loads(RESULTS.read_text()) if options.update and RESULTS.exists() else {}
    results = _measure(runs, options)
    _print(results)
    if options.here:
        options.results.write_text(json.dumps(results, indent=1))
        return
    whole = options.update or (set(runs) == set(RUNS) and not options.quick and not options.peers)
    if kept:
        results["runs"] = kept["runs"] | results["runs"]
        results["versions"] = kept["versions"] | results["versions"]
    _write(results, RESULTS if whole else HOME / "results.json", page=whole)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="What a token costs.")
    parser.add_argument(
        "--only", type=_letters, default=list(SCENARIOS), metavar="A,L", help="these scenarios"
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="5 by default")
    parser.add_argument("--quick", action="store_true", help="tiny numbers: does it run at all?")
    parser.add_argument(
        "--peers", type=_peers, default=(), metavar="P,Q", help=f"only these: {', '.join(PEERS)}"
    )
    parser.add_argument(
        "--update", action="store_true", help="put a part into the figures that are there"
    )
    parser.add_argument(
        "--profile", action="store_true", help="then run ours under cProfile, into .bench/"
    )
    parser.add_argument(
        "--here", action="store_true", help="ours alone, by this interpreter; no environments"
    )
    parser.add_argument("--results", type=Path, help="with --here: the file for the figures")
    return parser


def _letters(value: str) -> list[str]:
    letters = value.upper().split(",")
    if unknown := set(letters) - set(SCENARIOS):
        raise argparse.ArgumentTypeError(f"no scenario {', '.join(unknown)}; A to O")
    return letters


def _peers(value: str) -> tuple[str, ...]:
    peers = tuple(value.split(","))
    if unknown := set(peers) - set(PEERS):
        raise argparse.ArgumentTypeError(f"no peer {', '.join(unknown)}; {', '.join(PEERS)}")
    return peers


def _measure(runs: list[str], options: argparse.Namespace) -> dict[str, Any]:
    environments = Environments(here=options.here)
    peers = ("this",) if options.here else options.peers or tuple(PEERS)
    results: dict[str, Any] = {"machine": machine(), "versions": {}, "runs": {}}
    for peer in {peer for name in runs for peer in RUNS[name].peers if peer in peers}:
        environments.python(PEERS[peer].environment)
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
            if options.profile:
                _profiles(conductor.profiles(name))
    results["versions"] = environments.versions()
    return results


def _profiles(files: list[Path]) -> None:
    for file in files:
        with file.with_suffix(".txt").open("w") as out:
            pstats.Stats(str(file), stream=out).sort_stats("tottime").print_stats(40)
        _say(f"wrote {file.with_suffix('.txt')}")


def _print(results: dict[str, Any]) -> None:
    for name, run in results["runs"].items():
        print("", RUNS[name].title, *run_table(name, run), sep="\n")
    print("", *targets(results), sep="\n")


def _write(results: dict[str, Any], file: Path, *, page: bool) -> None:
    HOME.mkdir(exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nwrote {file}")
    if page:
        python = Environments(here=False).python("report")
        folder = PAGE.with_suffix("")
        subprocess.run([python, "-m", "benchmarks.plots", file, folder], cwd=ROOT, check=True)
        rewrite(PAGE, results)
        print(f"wrote {PAGE}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
