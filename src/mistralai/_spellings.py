"""Other spellings of import paths: `mistralai.models` is `mistralai.client.models`.

So is `mistralai.azure.client.models`. The first is that of SDK 1.

A finder gives the same module object under both names. Stand-in modules would
not: a submodule imported through a stand-in becomes a second module with second
classes. The files that stand at these paths are for type checkers and editors,
which do not see the finder. They are executed only where a thread imports one of
them while another thread is still about to install the finder, for Python does
not wait for a package when it imports its submodule; then they step aside.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

ALIASES = frozenset(
    {
        "agents",
        "chat",
        "deltas",
        "embeddings",
        "errors",
        "fim",
        "models",
        "models_",
        "sdk",
        "sdkconfiguration",
        "types",
        "utils",
    }
)
"""The submodules of `mistralai` that are those of `mistralai.client`."""

AZURE_ALIASES = frozenset({"errors", "models", "types", "utils"})
"""The submodules of `mistralai.azure.client` that are those of `mistralai.client`."""

_PLACES = {"mistralai.azure.client.": AZURE_ALIASES, "mistralai.": ALIASES}


def real_name(name: str) -> str | None:
    """The name of the module that another spelling stands for, if it is one."""
    for place, aliases in _PLACES.items():
        rest = name.removeprefix(place)
        if rest != name and rest.partition(".")[0] in aliases:
            return f"mistralai.client.{rest}"
    return None


class Finder:
    """Finds what stands for a module of `mistralai.client`.

    It imports nothing, and so does not use `importlib.util`: finders run under the import lock
    of the process, and a module that another thread is loading would be waited for for ever.
    """

    def find_spec(
        self, name: str, _path: "Any" = None, _target: "Any" = None
    ) -> "ModuleSpec | None":
        """Find the module of another spelling (importlib's protocol)."""
        real = real_name(name)
        if real is None or (found := _find(real)) is None:
            return None
        loader: Any = _Alias(real)
        is_package = found.submodule_search_locations is not None
        return type(found)(name, loader, origin=found.origin, is_package=is_package)


def _find(name: str) -> "ModuleSpec | None":
    """Ask the other finders for a module below this package, those that look at files first.

    Finders that call hooks stand before them, and some import the package above the module.
    """
    folders = name.split(".")[1:-1]
    path = [os.path.join(place, *folders) for place in sys.modules["mistralai"].__path__]  # noqa: PTH118 - pathlib takes long to load
    others = (finder for finder in reversed(sys.meta_path) if not isinstance(finder, Finder))
    specs = (find(name, path) for other in others if (find := getattr(other, "find_spec", None)))
    return next(filter(None, specs), None)


class _Alias:
    """Gives the module that is there under its real name."""

    def __init__(self, real: str) -> None:
        self._real = real
        self._spec: ModuleSpec | None = None

    def create_module(self, _spec: "ModuleSpec") -> "ModuleType":
        """Give the real module."""
        __import__(self._real)
        module = sys.modules[self._real]
        self._spec = module.__spec__
        return module

    def exec_module(self, module: "ModuleType") -> None:
        """Put back what the import system wrote over: reload and relative imports need it."""
        module.__spec__ = self._spec


def step_aside(name: str) -> None:
    """Put the real module in the place of the stand-in that is being loaded."""
    install()
    real = real_name(name)
    assert real
    __import__(real)
    sys.modules[name] = sys.modules[real]


def install() -> None:
    """Put the finder before those that look at files. Once a process."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
