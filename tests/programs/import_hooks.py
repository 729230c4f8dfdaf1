"""Finders that call a hook once a module has been imported, in the two ways of tracing libraries.

Both put a finder before all others, and wrap the loader that it returns.
"""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType

HOOKS: dict[str, Callable[[ModuleType], object]] = {}
"""Functions to call with the module, by its name. Each is called once."""


class Chained(Loader):
    """A loader around a loader, which calls the hook after it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        module.__loader__ = self._loader
        HOOKS.pop(module.__name__, id)(module)


class AsksAgain:
    """Asks the import system a second time, as wrapt does, which imports the package above."""

    def __init__(self) -> None:
        self._asking = set[str]()

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in HOOKS or name in self._asking:
            return None
        self._asking.add(name)
        try:
            return chained(importlib.util.find_spec(name))
        finally:
            self._asking.remove(name)


class AsksTheOthers:
    """Asks the other finders one after the other, as ddtrace does, for every module."""

    def __init__(self) -> None:
        self._asking = set[str]()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in self._asking:
            return None
        self._asking.add(name)
        try:
            others = (finder for finder in sys.meta_path if finder is not self)
            specs = (finder.find_spec(name, path, target) for finder in others)
            return chained(next(filter(None, specs), None))
        finally:
            self._asking.remove(name)


def chained(spec: ModuleSpec | None) -> ModuleSpec | None:
    if spec is not None and spec.loader is not None and not isinstance(spec.loader, Chained):
        spec.loader = Chained(spec.loader)
    return spec
