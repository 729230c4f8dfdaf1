"""Aliases of import paths: `mistralai.models` is `mistralai.client.models`.

So is `mistralai.azure.client.models`. The first is the path in SDK 1. Below
`mistralai.client.models` there are also submodules that only re-export names of
the package (`_submodules`).

A finder returns the same module object under both names. A module that imports
everything from another would not do: a submodule imported through it becomes a
second module with second classes. Some paths also have a stand-in file, for two
readers that do not see the finder:

* type checkers and editors, at the paths that `tests/typing` imports;
* a thread that imports an alias after another thread has begun to import
  `mistralai`, but before that one has installed the finder. Then the file is
  executed, waits, and puts the real module in its place (`step_aside`).
"""

import os
import sys

from ._submodules import SUBMODULES

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
        "http",
        "httpclient",
        "models",
        "models_",
        "sdk",
        "sdkconfiguration",
        "types",
        "utils",
    }
)
"""The submodules of `mistralai` that are aliases of those of `mistralai.client`."""

AZURE_ALIASES = frozenset({"errors", "httpclient", "models", "types", "utils"})
"""The submodules of `mistralai.azure.client` that are aliases of those of `mistralai.client`."""

_MODELS = "mistralai.client.models"
_PLACES = {"mistralai.azure.client.": AZURE_ALIASES, "mistralai.": ALIASES}


def real_name(name: str) -> str | None:
    """Return the name of the real module if this name is an alias, else `None`."""
    for place, aliases in _PLACES.items():
        rest = name.removeprefix(place)
        if rest != name and rest.partition(".")[0] in aliases:
            return f"mistralai.client.{rest}"
    return None


def names_of(name: str) -> list[str]:
    """Return the names that a submodule of `_submodules` re-exports, or an empty list."""
    package, _, submodule = name.rpartition(".")
    return SUBMODULES.get(submodule, "").split() if package == _MODELS else []


# Finders import nothing, not even `importlib.util`: they run under the import lock of the process,
# and waiting for a module that another thread is loading would be a deadlock.


def find_alias(name: str, _path: "Any" = None, _target: "Any" = None) -> "ModuleSpec | None":
    """Find an alias of a module of `mistralai.client` (`find_spec` of importlib)."""
    real = real_name(name)
    found = None if real is None else _find(real)
    if real is None or found is None:
        return None
    loader: Any = _Alias(real)
    is_package = found.submodule_search_locations is not None
    return type(found)(name, loader, origin=found.origin, is_package=is_package)


def find_names(name: str, _path: "Any" = None, _target: "Any" = None) -> "ModuleSpec | None":
    """Find a submodule that re-exports names (`find_spec` of importlib)."""
    loader: Any = _Names()
    return type(__spec__)(name, loader) if names_of(name) else None


def _find(name: str) -> "ModuleSpec | None":
    """Find a module below this package with the other finders, beginning with the last.

    Those that read files are last. Finders that call hooks come before them, and some of them
    import the module's package.
    """
    folders = name.split(".")[1:-1]
    path = [os.path.join(place, *folders) for place in sys.modules["mistralai"].__path__]  # noqa: PTH118 - pathlib is slow to import
    for finder in reversed(sys.meta_path):
        if not hasattr(finder, "find_spec"):
            continue
        if (spec := finder.find_spec(name, path)) is not None:
            return spec
    return None


class _Names:
    """The loader of a submodule that re-exports names of its package."""

    def create_module(self, _spec: "ModuleSpec") -> None:
        """Use the import system's default."""

    def exec_module(self, module: "ModuleType") -> None:
        """Copy the names from the package, which loads the modules that define them."""
        __import__(_MODELS)  # may wait for another thread that executes it
        package = sys.modules[_MODELS]
        names = names_of(module.__name__)
        module.__doc__ = f"Names of `{_MODELS}`, at their path in the generated SDK."
        vars(module).update({name: getattr(package, name) for name in names}, __all__=names)

        def other(name: str) -> object:
            """Return another name of the package: the generated submodules import many of them."""
            if name not in package.__all__:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            return getattr(package, name)

        module.__getattr__ = other  # type: ignore[method-assign]  # PEP 562

    def __repr__(self) -> str:
        return f"names of {_MODELS}"


class _Alias:
    """The loader of an alias, which returns the real module."""

    def __init__(self, real: str) -> None:
        self._real = real
        self._spec: ModuleSpec | None = None

    def create_module(self, _spec: "ModuleSpec") -> "ModuleType":
        """Return the real module."""
        __import__(self._real)
        module = sys.modules[self._real]
        self._spec = module.__spec__
        return module

    def exec_module(self, module: "ModuleType") -> None:
        """Restore the spec, which the import system overwrote, for reloads and relative imports."""
        module.__spec__ = self._spec


def step_aside(name: str) -> None:
    """Replace the stand-in that is being executed by the real module."""
    __import__("mistralai")  # waits for the thread that installs the finder
    real = real_name(name)
    assert real
    __import__(real)
    sys.modules[name] = sys.modules[real]
