"""Modules are loaded when they are first used: an import alone loads almost none."""

import sys
from importlib.resources import files

import pytest

from mistralai.simulator import Simulator
from support.interpreter import modules_after
from support.programs import PROGRAMS, run_program

PACKAGES = ("mistralai", "mistralai.client")
HEAVY = {"pydantic", "pydantic_core", "httpx2", "httpcore2", "anyio", "asyncio", "ssl", "socket"}
PLAIN = {"typing", "typing_extensions", "dataclasses", "inspect", "enum", "re", "logging", "json"}
OTHERS = {"mistralai.cli", "mistralai.simulator", "mistralai.client.models", "mistralai.tools"}


def test_importing_the_package_loads_almost_nothing(subtests):
    for package in PACKAGES:
        with subtests.test(package):
            assert not modules_after(f"import {package}") & (HEAVY | PLAIN | OTHERS)


def test_the_front_door_does_not_import_the_client():
    """It would wait for a thread that imports `mistralai.client`, and that thread for it."""
    assert "mistralai.client" not in modules_after("import mistralai")


def test_a_client_and_its_chat_load_neither_pydantic_nor_httpx2(subtests):
    for package in PACKAGES:
        with subtests.test(package):
            loaded = modules_after(f"from {package} import Mistral; Mistral(api_key='x').chat")
            assert not loaded & (HEAVY | OTHERS)


def test_a_model_loads_no_http_library():
    loaded = modules_after("from mistralai.models import UserMessage; UserMessage(content='x')")
    assert not loaded & {"httpx2", "httpcore2", "anyio", "ssl", "mistralai.client.chat"}


def test_a_stream_loads_only_the_models_that_it_needs():
    loaded = modules_after("""
import httpx2
from mistralai import Mistral
def answer(request):
    return httpx2.Response(200, text='data: {"choices": []}\\n\\ndata: [DONE]\\n\\n')
client = Mistral("key", client=httpx2.Client(transport=httpx2.MockTransport(answer)))
ask = {"model": "m", "messages": [{"role": "user", "content": "x"}], "temperature": 0.5, "n": 1}
assert len([*client.chat.stream(**ask, strict_end=False)]) == 1
""")
    models = {name for name in loaded if name.startswith("mistralai.client.models.")}
    assert "mistralai.client.models.messages" in models
    others = "tools", "guardrails", "formats", "embeddings", "response", "conversations"
    assert not models & {f"mistralai.client.models.{name}" for name in others}
    assert not loaded & {"mistralai.client._stream.views", "mistralai.client._answer.deltas"}
    assert not loaded & {"mistralai.tools", "mistralai.client._answer.rundeltas"}


def test_functions_as_tools_load_no_mcp():
    loaded = modules_after("""
from mistralai import Mistral
def add(a: int, b: int): ...
Mistral("key").chat.run_tools(model="m", messages=[], tools=[add])
""")
    assert "mistralai.tools.runs" in loaded
    assert not {name for name in loaded if name.partition(".")[0] == "mcp"}


def test_no_public_name_loads_the_simulator_or_the_command_line():
    loaded = modules_after("""
from mistralai import *
from mistralai.client import *
from mistralai.client.models import *
from mistralai.client.errors import *
Mistral(api_key="x").chat
""")
    assert "httpx2" in loaded
    assert not {name for name in loaded if name.startswith(("mistralai.cli.", "mistralai.sim"))}


def test_every_module_can_be_imported_first():
    """No module depends on another having been loaded before it."""
    program = run_program(PROGRAMS / "imports_each_module_first.py")
    assert (program.stderr, program.returncode) == ("", 0)
    assert len(program.stdout.split()) > 50


@pytest.mark.skipif(
    sys.platform != "linux", reason="removes features that only Linux is sure to have"
)
def test_a_system_without_keepalive_options_and_forks_imports_and_runs():
    program = PROGRAMS / "runs_without_system_features.py"
    with Simulator() as sim:
        done = run_program(program, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url)
    assert (done.stderr, done.returncode) == ("", 0)


def test_the_package_is_marked_as_typed():
    assert (files("mistralai") / "py.typed").is_file()
