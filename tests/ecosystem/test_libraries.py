"""Libraries that import `mistralai` run on this package, each in an environment of its own.

Run by `make ecosystem`. An environment is made with the library as published and its own choice of
`mistralai`, in whose place this project is then put, past the resolver: some ask for `<3`.
`docs/compatibility.md` has the versions that were seen to pass.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
ALL = ["text", "tool", "structured", "error", "cancelled"]
LIBRARIES = {
    "pydantic_ai": (["pydantic-ai-slim[mistral]"], ALL),
    "llama_index": (["llama-index-llms-mistralai"], [*ALL, "text", "error"]),
    "instructor": (["instructor", "mistralai"], ["structured", "error"]),
    "llm_mistral": (["llm-mistral"], [*ALL, "text", "error"]),
    "any_llm_sdk": (["any-llm-sdk[mistral]"], [*ALL, "text", "error"]),
    "strands_agents": (["strands-agents[mistral]"], ALL),
    "agno": (["agno", "mistralai"], [*ALL, "text"]),
    "ag2": (["ag2[mistral]"], ALL),
    "inspect_ai": (["inspect-ai", "openai", "mistralai"], ALL),
}
TRACERS = {
    "openinference": "openinference-instrumentation-mistralai",
    "openllmetry": "opentelemetry-instrumentation-mistralai",
    "ddtrace": "ddtrace",
    "braintrust": "braintrust",
    "opik": "opik",
}
FORMS = ["sync", "whole", "entered", "awaited", "iterated", "whole_async"]


@pytest.fixture
def environment(tmp_path):
    """Make an environment with packages and this project; gives its interpreter."""

    def make(packages):
        venv.create(tmp_path, with_pip=True)
        python = tmp_path / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        install(python, *packages)
        install(python, "--no-deps", "--force-reinstall", PROJECT)
        return python

    return make


def install(python, *what):
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    subprocess.run(command, check=True)


def said_by(python, program, *args):
    """What a program prints."""
    command = [python, HERE / "programs" / program, *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_streams_through_this_package(environment, library):
    packages, checks = LIBRARIES[library]
    assert said_by(environment(packages), f"with_{library}.py") == checks


@pytest.mark.parametrize("tracer", TRACERS)
def test_a_tracing_library_leaves_every_form_of_a_call(environment, tracer):
    python = environment([TRACERS[tracer], "opentelemetry-sdk", "mistralai"])
    *forms, spans = said_by(python, "with_tracers.py", tracer)
    assert forms == FORMS
    if tracer in {"openinference", "openllmetry"}:
        assert int(spans) == len(FORMS)


def test_what_intercepts_httpx2_intercepts_this_package(environment):
    python = environment(["pytest", "httpx2-pytest", "vcrpy", "mistralai"])
    program = HERE / "programs" / "interception.py"
    options = ["-q", "-c", os.devnull, "--noconftest", "-p", "no:cacheprovider"]
    subprocess.run([python, "-m", "pytest", *options, program], check=True, timeout=300)
