"""Calls a hook when a module was imported, in the two ways of libraries that trace.

Both put a finder before all others, and a loader around the one that they find.
"""

import importlib.util
import sys

HOOKS = {}
"""Functions to call with the module, by its name. Each is called once."""


class Chained:
    """A loader around a loader, which calls the hook when that one is done."""

    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        module.__loader__ = self._loader
        HOOKS.pop(module.__name__, id)(module)


class AsksAgain:
    """Asks the import system a second time, as wrapt does, which imports the package above."""

    def __init__(self):
        self._asking = set()

    def find_spec(self, name, _path=None, _target=None):
        if name not in HOOKS or name in self._asking:
            return None
        self._asking.add(name)
        try:
            return chained(importlib.util.find_spec(name))
        finally:
            self._asking.remove(name)


class AsksTheOthers:
    """Asks the other finders one after the other, as ddtrace does, for every module."""

    def __init__(self):
        self._asking = set()

    def find_spec(self, name, path=None, target=None):
        if name in self._asking:
            return None
        self._asking.add(name)
        try:
            others = (finder for finder in sys.meta_path if finder is not self)
            specs = (finder.find_spec(name, path, target) for finder in others)
            return chained(next(filter(None, specs), None))
        finally:
            self._asking.remove(name)


def chained(spec):
    if spec is not None and spec.loader is not None and not isinstance(spec.loader, Chained):
        spec.loader = Chained(spec.loader)
    return spec
