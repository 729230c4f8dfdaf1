"""The fixtures that the package gives to pytest."""

import subprocess
import sys

import pytest

from mistralai.simulator import Simulator
from support.programs import PROGRAMS

pytest_plugins = ("pytester",)


@pytest.fixture
def run(pytester, plugin_arguments):
    """Run a program of tests with the plugin."""
    pytester.makepyfile(asks_simulator=(PROGRAMS / "asks_simulator.py").read_text())
    pytester.syspathinsert()

    def run(program, *arguments):
        pytester.makepyfile(test_it=(PROGRAMS / program).read_text())
        return pytester.runpytest_inprocess(*plugin_arguments, "--strict-markers", *arguments)

    return run


def test_the_marker_chooses_the_scenario(run):
    run("plugin_scenarios.py").assert_outcomes(passed=4)


def test_the_client_talks_to_the_simulator(run):
    run("plugin_client.py").assert_outcomes(passed=1)


def test_the_recorder_records_once_and_plays_back_without_the_server(run, pytester):
    upstream = Simulator("echo")
    with upstream:
        options = ("--mistral-record=once", f"--mistral-upstream={upstream.url}")
        run("plugin_recorded.py", *options).assert_outcomes(passed=2)
    run("plugin_recorded.py").assert_outcomes(passed=2)
    run("plugin_recorded.py", *options).assert_outcomes(passed=2)
    assert len(upstream.requests) == 2
    folders = {path.parent.name for path in pytester.path.glob("recordings/test_it/*/*.jsonl")}
    assert folders == {"test_it-a-b-", "test_it-c-"}


def test_without_a_recording_the_recorder_says_how_to_make_one(run):
    result = run("plugin_recorded.py")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*test_it-c- has no recording; run pytest --mistral-record=once"])


def test_the_plugin_imports_pytest_alone():
    program = (
        "import pytest, sys; before = set(sys.modules); import mistralai.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "mistralai.pytest_plugin" in loaded
    assert all(name.startswith("mistralai") for name in loaded)
    assert not {"mistralai.simulator", "mistralai.client.sdk"} & {*loaded}
