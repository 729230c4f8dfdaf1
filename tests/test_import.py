"""What is loaded when: an import costs nothing, the rest comes with its first use."""

import sys
from importlib.resources import files

import pytest

from mistralai.simulator import Simulator
from support.interpreter import modules_after
from support.programs import run_program

HEAVY = {"pydantic", "pydantic_core", "httpx2", "httpcore2", "anyio", "asyncio", "ssl", "socket"}
PLAIN = {"typing", "typing_extensions", "dataclasses", "inspect", "enum", "re", "logging", "json"}
OTHERS = {"mistralai.cli", "mistralai.simulator", "mistralai.client.models"}


@pytest.mark.parametrize("package", ["mistralai", "mistralai.client"])
def test_importing_the_package_loads_nothing_to_speak_of(package):
    assert not modules_after(f"import {package}") & (HEAVY | PLAIN | OTHERS)


def test_the_front_door_does_not_import_the_client():
    """A thread that imports `mistralai.client` meanwhile would wait for the front door, and it for that."""
    assert "mistralai.client" not in modules_after("import mistralai")


@pytest.mark.parametrize("package", ["mistralai", "mistralai.client"])
def test_a_client_and_its_chat_come_without_pydantic_and_httpx2(package):
    loaded = modules_after(f"from {package} import Mistral; Mistral(api_key='x').chat")
    assert not loaded & (HEAVY | OTHERS)


def test_a_model_comes_without_an_http_library():
    loaded = modules_after("from mistralai.models import UserMessage; UserMessage(content='x')")
    assert not loaded & {"httpx2", "httpcore2", "anyio", "ssl", "mistralai.client.chat"}


def test_a_stream_loads_the_models_that_it_needs():
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


def test_nothing_that_is_public_loads_the_simulator_or_the_command_line():
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
    """No module needs another one to have been loaded before it."""
    program = run_program("""
import importlib, pkgutil, sys
import mistralai.client

modules = pkgutil.walk_packages(mistralai.client.__path__, "mistralai.client.")
for name in [module.name for module in modules]:
    for loaded in [loaded for loaded in sys.modules if loaded.startswith("mistralai")]:
        del sys.modules[loaded]
    importlib.import_module(name)
    print(name)
""")
    assert (program.stderr, program.returncode) == ("", 0)
    assert len(program.stdout.split()) > 50


@pytest.mark.skipif(sys.platform != "linux", reason="tries what other systems lack on this one")
def test_a_system_without_keepalive_options_and_forks_imports_and_runs():
    program = """
import os, socket
import httpcore2  # what it takes of this system is not ours to leave out
for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
    if hasattr(socket, name):
        delattr(socket, name)
for name in ("fork", "register_at_fork"):
    delattr(os, name)

from mistralai import Mistral

with Mistral() as client:
    client.chat.complete(model="m", messages=[{"role": "user", "content": "Hello"}])
"""
    with Simulator() as sim:
        done = run_program(program, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url)
    assert (done.stderr, done.returncode) == ("", 0)


def test_type_checkers_are_told_that_the_package_has_types():
    assert (files("mistralai") / "py.typed").is_file()
