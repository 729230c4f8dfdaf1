"""Other spellings of import paths: `mistralai.models` is `mistralai.client.models`.

So is `mistralai.azure.client.models`. The first is that of SDK 1. And below
`mistralai.client.models` are submodules that only have names of the package
(`_submodules`).

One finder gives the same module object under both names. Stand-in modules would
not: a submodule imported through a stand-in becomes a second module with second
classes. The files that stand at these paths are for type checkers and editors,
which do not see the finder. They are executed only where a thread imports one of
them while another thread has begun to import `mistralai`, and is not yet so far
as to put the finder up; then they step aside.
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
"""The submodules of `mistralai` that are those of `mistralai.client`."""

AZURE_ALIASES = frozenset({"errors", "httpclient", "models", "types", "utils"})
"""The submodules of `mistralai.azure.client` that are those of `mistralai.client`."""

_MODELS = "mistralai.client.models"
_PLACES = {"mistralai.azure.client.": AZURE_ALIASES, "mistralai.": ALIASES}


def real_name(name: str) -> str | None:
    """The name of the module that another spelling stands for, if it is one."""
    for place, aliases in _PLACES.items():
        rest = name.removeprefix(place)
        if rest != name and rest.partition(".")[0] in aliases:
            return f"mistralai.client.{rest}"
    return None


def names_of(name: str) -> list[str]:
    """The names of the package that make up a submodule, if it is made of names."""
    package, _, submodule = name.rpartition(".")
    return SUBMODULES.get(submodule, "").split() if package == _MODELS else []


# Finders import nothing, and so do not use `importlib.util`: they run under the import lock of the
# process, and a module that another thread is loading would be waited for for ever.


def find_alias(name: str, _path: "Any" = None, _target: "Any" = None) -> "ModuleSpec | None":
    """Find what stands for a module of `mistralai.client` (importlib's protocol)."""
    real = real_name(name)
    if real is None or (found := _find(real)) is None:
        return None
    loader: Any = _Alias(real)
    is_package = found.submodule_search_locations is not None
    return type(found)(name, loader, origin=found.origin, is_package=is_package)


def find_names(name: str, _path: "Any" = None, _target: "Any" = None) -> "ModuleSpec | None":
    """Find a submodule that is made of names (likewise)."""
    loader: Any = _Names()
    return type(__spec__)(name, loader) if names_of(name) else None


def _find(name: str) -> "ModuleSpec | None":
    """Ask the other finders for a module below this package, those that look at files first.

    Finders that call hooks stand before them, and some import the package above the module.
    """
    folders = name.split(".")[1:-1]
    path = [os.path.join(place, *folders) for place in sys.modules["mistralai"].__path__]  # noqa: PTH118 - pathlib takes long to load
    for finder in reversed(sys.meta_path):
        if not hasattr(finder, "find_spec"):
            continue
        if (spec := finder.find_spec(name, path)) is not None:
            return spec
    return None


class _Names:
    """Makes a module of names that the package above it has."""

    def create_module(self, _spec: "ModuleSpec") -> None:
        """Leave it to the import system."""

    def exec_module(self, module: "ModuleType") -> None:
        """Take the names from the package, which loads the modules that define them."""
        __import__(_MODELS)  # another thread may be about to execute it
        package = sys.modules[_MODELS]
        names = names_of(module.__name__)
        module.__doc__ = f"Names of `{_MODELS}`, at their path in the generated SDK."
        vars(module).update({name: getattr(package, name) for name in names}, __all__=names)

        def other(name: str) -> object:
            """Give another name of the package: the generated submodules import many of them."""
            if name not in package.__all__:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            return getattr(package, name)

        module.__getattr__ = other  # type: ignore[method-assign]  # PEP 562

    def __repr__(self) -> str:
        return f"names of {_MODELS}"


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
    __import__("mistralai")  # waits for the thread that puts the finder up
    real = real_name(name)
    assert real
    __import__(real)
    sys.modules[name] = sys.modules[real]
