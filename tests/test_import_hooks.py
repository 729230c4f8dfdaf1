"""Hooks that run when a module of this package was imported, as tracing libraries set them."""

from pathlib import Path

from support.programs import run_program

TESTS = Path(__file__).parent
CASES = """
import importlib, sys
import pydantic  # stays, so that a case costs a millisecond
from support.import_hooks import HOOKS, AsksAgain, AsksTheOthers

MODULES = [
    "mistralai", "mistralai.client", "mistralai.client.chat", "mistralai.client.models",
    "mistralai.client.models.toolcall", "mistralai.client.models.tool",
]
IMPORTS = [
    "import mistralai.client",
    "import mistralai.client as client; client.Mistral",
    "from mistralai import client; client.Mistral",
    "import mistralai; mistralai.client.Mistral",
    "import mistralai.client.chat as chat; chat.Chat",
    "import mistralai.chat as chat; chat.Chat",
    "from mistralai import chat; chat.Chat",
    "from mistralai.client import Mistral; Mistral(api_key='x').chat",
    "from mistralai import Mistral; Mistral(api_key='x').chat",
    "from mistralai import UserMessage",
    "from mistralai import models; models.UserMessage",
    "import mistralai.models as models; models.UserMessage",
    "from mistralai.client.models.toolcall import ToolCall",
    "from mistralai.models.toolcall import ToolCall",
    "from mistralai.client.models.tool import Tool",
    "from mistralai.models.tool import Tool",
    "from mistralai.azure.client import models; models.UserMessage",
]
sys.setrecursionlimit(500)
OWN = [*sys.meta_path]
wrong = []

def attempt(code, where):
    try:
        exec(code, {})
    except Exception as error:
        wrong.append(f"{where}: {code}: {type(error).__name__}: {error}")

def forget():
    for name in [name for name in sys.modules if name.partition(".")[0] == "mistralai"]:
        del sys.modules[name]

def case(finder, early, name, outer, inside):
    where = f"{finder.__name__}, {'before' if early else 'after'} ours, {name} by {outer}"
    called = []
    def hook(module):
        called.append(module.__name__)
        for code in inside:
            attempt(code, where)
    forget()
    sys.meta_path[:] = OWN
    if not early:
        import mistralai
    HOOKS.clear()
    HOOKS[name] = hook
    sys.meta_path.insert(0, finder())
    attempt(outer, "outside, " + where)
    if name not in sys.modules:
        return 0
    if called != [name] and (early or name != "mistralai"):
        wrong.append(f"{where}: called for {called}")
    return 1

done = sum(
    case(finder, early, name, IMPORTS[first], IMPORTS[first:] + IMPORTS[:first])
    for finder in (AsksAgain, AsksTheOthers)
    for early in (True, False)
    for name in MODULES
    for first in range(0, len(IMPORTS), 3)
)
print(done, *wrong, sep="\\n")
"""


def test_whatever_a_hook_imports_is_there():
    """Each module's hook is called by each import that loads the module, and has each import in it."""
    program = run_program(CASES, PYTHONPATH=str(TESTS))
    assert program.stderr == ""
    done, *wrong = program.stdout.splitlines()
    assert wrong == []
    assert int(done) > 50


def test_another_spelling_is_found_without_a_hooks_finder():
    """That one imports `mistralai.client`, under a lock that another thread's import of it needs."""
    program = run_program(
        """
import sys
import mistralai
from support.import_hooks import HOOKS, AsksAgain
sys.meta_path.insert(0, AsksAgain())
HOOKS["mistralai.client.chat"] = id
from mistralai import _spellings
assert _spellings.find_alias("mistralai.chat").origin.endswith("chat.py")
print("mistralai.client" in sys.modules)
""",
        PYTHONPATH=str(TESTS),
    )
    assert (program.stdout, program.stderr) == ("False\n", "")
