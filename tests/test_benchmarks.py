"""The benchmark runs: every scenario once with tiny numbers, for this package alone.

No times are asserted, only that each figure exists, and figures that are counts.
"""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [
    pytest.mark.skipif(
        not (ROOT / "benchmarks").exists(), reason="the benchmark is only in a checkout"
    ),
    pytest.mark.usefixtures("importable"),
]


def measured(**figures):
    """The record of a run of three rounds."""
    return {"date": "2026-01-01", "rounds": 3, "load": 0.5, "figures": figures, "failed": {}}


RESULTS = {
    "machine": {"cores": "2"},
    "versions": {},
    "runs": {
        "closing": measured(this=[{"close_ms": value} for value in (1.0, 2.0, 300.0)]),
        "open": measured(this=[{"kib": 30.0}] * 3),
        "bulk": measured(
            this=[{"cpu_us": value} for value in (1.0, 10.0, 100.0)],
            openai=[{"cpu_us": value} for value in (2.0, 30.0, 400.0)],
        ),
    },
}


@pytest.fixture
def importable(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.mark.timeout(180)  # half a minute on two idle cores
def test_every_scenario_runs_and_gives_all_its_figures(tmp_path):
    from benchmarks import runs

    here = {name: run for name, run in runs.RUNS.items() if not run.needs}
    file = tmp_path / "results.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--rounds", "1", "--here", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads(file.read_text())["runs"]
    assert [results[name]["failed"] for name in here if results[name]["failed"]] == []
    measured = {name: results[name]["figures"]["this"][0] for name in here}
    absent = ("msgspec", "4_mb", "16_mb", "2000", "16000")  # needs msgspec, or larger numbers
    for name, run in here.items():
        wanted = {figure for figure in run.units if not any(part in figure for part in absent)}
        assert wanted <= measured[name].keys()
        assert all(math.isfinite(value) for value in measured[name].values())
    assert measured["in-a-row"]["handshakes"] == 1
    assert measured["paced"]["whole"] == measured["paced-tls"]["whole"] == 5
    assert measured["lag"]["whole"] == 10


def test_every_target_names_a_figure_of_a_run_of_its_scenario():
    from benchmarks.runs import RUNS
    from benchmarks.scenarios import SCENARIOS

    for scenario in SCENARIOS.values():
        for target in scenario.targets:
            assert target.run in scenario.runs
            run = RUNS[target.run]
            assert target.figure in run.units
            assert {target.of, target.peer or target.of} <= set(run.peers)


def test_ratios_are_taken_within_a_round_before_their_median():
    from benchmarks.verdict import ratio

    ours = [{"cpu": value} for value in (1.0, 10.0, 100.0)]
    theirs = [{"cpu": value} for value in (2.0, 10.0, 1000.0)]
    found = ratio({"this": ours, "that": theirs}, "cpu", "this", "that")
    assert (found.median, found.least, found.most) == (0.5, 0.1, 1.0)


def test_a_target_is_met_from_the_right_side():
    from benchmarks.scenarios import Target
    from benchmarks.verdict import Value, met

    at_most, at_least = Target("x", "y", 5.0), Target("x", "y", 5.0, least=True)
    assert [met(at_most, Value(v, v, v)) for v in (4.0, 5.0, 6.0)] == [True, True, False]
    assert [met(at_least, Value(v, v, v)) for v in (4.0, 5.0, 6.0)] == [False, True, True]


def test_the_page_keeps_its_prose_and_gets_the_figures(tmp_path):
    from benchmarks.page import BEGIN, END, rewrite

    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    rewrite(page, RESULTS)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| this package | 10 | " in text
    assert "| openai | 30 (3 " in text
    assert "litellm" not in text
    assert "close_ms" not in text
    rewrite(page, RESULTS)
    assert page.read_text() == text


def test_each_target_is_listed_with_its_figure():
    from benchmarks.tables import count_met, targets

    listed = "\n".join(targets(RESULTS))
    assert "at most 100 | 2 (1 to 300) | met" in listed
    assert count_met(RESULTS) == (1, 2)


def test_the_figures_of_the_page_are_those_of_the_results():
    from benchmarks.__main__ import RESULTS as FILE
    from benchmarks.page import PAGE, section

    assert "\n".join(section(json.loads(FILE.read_text()))) in PAGE.read_text()


def test_a_page_without_the_marks_is_refused(tmp_path):
    from benchmarks.page import rewrite

    page = tmp_path / "page.md"
    page.write_text("prose\n")
    with pytest.raises(ValueError, match="write both marks"):
        rewrite(page, RESULTS)
    assert page.read_text() == "prose\n"
