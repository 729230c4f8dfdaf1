"""Import this package by each path, from outside and inside the hook of each module.

Prints how many hooks were called, then a line for each import that failed.
"""

import sys
from collections.abc import Sequence
from types import ModuleType

from import_hooks import HOOKS, AsksAgain, AsksTheOthers

MODULES = [
    "mistralai",
    "mistralai.client",
    "mistralai.client.chat",
    "mistralai.client.models",
    "mistralai.client.models.toolcall",
    "mistralai.client.models.tool",
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
OWN = [*sys.meta_path]
wrong: list[str] = []


def attempt(code: str, where: str) -> None:
    try:
        exec(code, {})
    except Exception as error:  # noqa: BLE001 - it is printed
        wrong.append(f"{where}: {code}: {type(error).__name__}: {error}")


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "mistralai"]:
        del sys.modules[name]


def case(
    finder: type[AsksAgain | AsksTheOthers],
    name: str,
    outer: str,
    inside: Sequence[str],
    *,
    early: bool,
) -> int:
    """Hook one module and import it; return 1 if the import reached the hook."""
    where = f"{finder.__name__}, {'before' if early else 'after'} ours, {name} by {outer}"
    called: list[str] = []

    def hook(module: ModuleType) -> None:
        called.append(module.__name__)
        for code in inside:
            attempt(code, where)

    forget()
    sys.meta_path[:] = OWN
    if not early:
        __import__("mistralai")
    HOOKS.clear()
    HOOKS[name] = hook
    sys.meta_path.insert(0, finder())
    attempt(outer, f"outside, {where}")
    if name not in sys.modules:
        return 0
    if called != [name] and (early or name != "mistralai"):
        wrong.append(f"{where}: called for {called}")
    return 1


sys.setrecursionlimit(500)
__import__("pydantic")  # stays loaded, so that a case costs a few milliseconds
done = sum(
    case(finder, name, IMPORTS[first], IMPORTS[first:] + IMPORTS[:first], early=early)
    for finder in (AsksAgain, AsksTheOthers)
    for early in (True, False)
    for name in MODULES
    for first in range(0, len(IMPORTS), 3)
)
print(done, *wrong, sep="\n")
