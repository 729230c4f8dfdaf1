"""Libraries that import `mistralai` run on this package, each in an environment of its own.

Run by `make ecosystem`. An environment is made with the library as published and its own choice of
`mistralai`, in whose place this project is then put, past the resolver: some ask for `<3`.
`docs/compatibility.md` has the versions that were seen to pass.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.environments import ENVIRON
from support.programs import PROGRAMS
from support.schemas import stored

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
ALL = ["text", "tool", "structured", "error", "cancelled"]
FAILING = ["unreachable", "timeout", "cut"]
WHOLE = ["unreachable", "timeout"]
LOST = ["unreachable", "cut"]
LIBRARIES = {
    "pydantic_ai": (["pydantic-ai-slim[mistral]"], [*ALL, *FAILING, *WHOLE, *FAILING, "cut"]),
    "llama_index": (["llama-index-llms-mistralai"], [*ALL, "text", "error", *FAILING, *FAILING]),
    "instructor": (
        ["instructor", "mistralai"],
        [*ALL, "structured", *FAILING, *WHOLE, *FAILING],
    ),
    "llm_mistral": (["llm-mistral"], [*ALL, "text", "error", *LOST, *LOST]),
    "any_llm_sdk": (
        ["any-llm-sdk[mistral]"],
        [*ALL, "text", "error", *FAILING, *FAILING, *FAILING],
    ),
    "strands_agents": (["strands-agents[mistral]"], [*ALL, *FAILING]),
    "agno": (["agno", "mistralai"], [*ALL, "text", *FAILING]),
    "ag2": (["ag2[mistral]"], ALL),
    "inspect_ai": (["inspect-ai", "openai", "mistralai"], [*ALL, *FAILING]),
    "agent_framework_mistral": (
        ["agent-framework-mistral"],
        [*ALL, "text", "error", *FAILING, *FAILING, *WHOLE],
    ),
}
TRACERS = {
    "openinference": "openinference-instrumentation-mistralai",
    "openllmetry": "opentelemetry-instrumentation-mistralai",
    "ddtrace": "ddtrace",
    "braintrust": "braintrust",
    "opik": "opik",
}
FORMS = ["sync", "whole", "entered", "awaited", "iterated", "whole_async", "run", "run_async"]
FORMS += ["parsed", "parsed_entered", "parsed_awaited"]


def said_by(python, program, *args, starter=()):
    """What a program says held; libraries print what they like beside it."""
    command = [*starter, python, HERE / "programs" / program, *args]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=ENVIRON
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("held: ")]
    return [name for _, name in lines]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_streams_through_this_package(environment, library):
    packages, checks = LIBRARIES[library]
    assert said_by(environment(library, packages), f"with_{library}.py") == checks


@pytest.mark.parametrize("tracer", TRACERS)
def test_a_tracing_library_leaves_every_form_of_a_call(environment, tracer):
    python = environment(tracer, [TRACERS[tracer], "opentelemetry-sdk", "mistralai"])
    assert said_by(python, "with_tracers.py", tracer) == [*FORMS, "beside", *ALL, "text", "error"]


def test_hooks_that_are_set_before_the_import_run_and_trace(environment):
    python = environment("ddtrace", [TRACERS["ddtrace"], "opentelemetry-sdk", "mistralai"])
    starter = [python.with_name(f"ddtrace-run{python.suffix}")]
    said = said_by(python, "with_import_hooks.py", starter=starter)
    assert said == ["wrapt", "ddtrace-run"]


def test_what_intercepts_httpx2_intercepts_this_package(environment, tmp_path):
    python = environment("interception", ["pytest", "httpx2-pytest", "vcrpy", "mistralai"])
    program = HERE / "programs" / "interception.py"
    options = ["-q", "-c", os.devnull, "--rootdir", tmp_path, "--basetemp", tmp_path / "inner"]
    options += ["--noconftest", "-p", "no:cacheprovider"]
    command = [python, "-m", "pytest", *options, program]
    subprocess.run(command, check=True, timeout=300, env=ENVIRON)


def test_the_stored_schemas_of_tools_are_those_of_pydantic_ai(environment):
    python = environment("pydantic_ai", LIBRARIES["pydantic_ai"][0])
    program = HERE / "programs" / "prints_schemas.py"
    printed = subprocess.run(
        [python, program, PROGRAMS / "signatures.py"],
        capture_output=True,
        check=True,
        timeout=300,
        env=ENVIRON,
    )
    assert json.loads(printed.stdout) == stored()
