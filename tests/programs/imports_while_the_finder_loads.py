"""Import modules in threads while another thread loads the finder of the other import paths.

Prints what the finder that holds their place answers, and which modules came.
"""

import importlib
import sys
import threading
from types import ModuleType

ASKED = ["mistralai.models.tool", "mistralai.client", "mistralai._submodules", "other"]
LOADED = ["mistralai.models.tool", "mistralai.client.models.tool", "mistralai.models"]
threads: list[threading.Thread] = []
answers: dict[str, list[bool]] = {}
modules: list[ModuleType] = []


def load(name: str) -> None:
    modules.append(importlib.import_module(name))


class Spy:
    """A finder that finds nothing, and is called when the finder is about to be loaded."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name != "mistralai._spellings":
            return
        finders = [finder for finder in sys.meta_path if type(finder).__name__ == "_Finder"]
        for asked in ASKED:
            answers[asked] = [finder.find_spec(asked, None) is not None for finder in finders]
        for asked in LOADED:
            threads.append(threading.Thread(target=load, args=[asked]))
            threads[-1].start()


sys.meta_path.insert(0, Spy())
import mistralai  # noqa: E402 - with the spy before all finders

for thread in threads:
    thread.join()
print(*answers.items(), sep="\n")
tool = importlib.import_module("mistralai.client.models.tool")
assert tool.__spec__ is not None
assert mistralai.models.__spec__ is not None
print(set(modules) <= {tool, mistralai.models}, len(modules))
print(mistralai.models.__spec__.name, tool.__spec__.loader)
