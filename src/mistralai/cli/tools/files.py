"""The public functions of a Python file, as tools."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...tools import FunctionTool
from ..escapes import one_line
from ..failure import CommandError, UsageError

if TYPE_CHECKING:
    from types import ModuleType


def tools_of(path: str) -> list[FunctionTool]:
    """Run a file and return its public functions as tools.

    Public are the functions named in `__all__`, or without it those that are defined in the file
    and whose name does not begin with an underscore.

    Raises:
        CommandError: The file raised an exception.
        UsageError: It has no public function, or one that cannot be a tool.
    """
    module = _module(path)
    tools: list[FunctionTool] = []
    for name, function in _public(path, module):
        try:
            is_made = isinstance(function, FunctionTool)
            tools.append(function if is_made else FunctionTool.of(function))
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{path}: {name}: {error}", f"A name such as _{name} is not public."
            ) from error
    if not tools:
        raise UsageError(f"{path} has no public function")
    return tools


def _public(path: str, module: ModuleType) -> list[tuple[str, Any]]:
    found: dict[str, Any] = vars(module)
    exported: list[str] | None = found.get("__all__")
    if exported is not None:
        if missing := [name for name in exported if name not in found]:
            raise UsageError(f"{path}: __all__ has {missing[0]!r}, and the file has no such name")
        return [(name, found[name]) for name in exported]
    return [
        (name, value)
        for name, value in found.items()
        if not name.startswith("_")
        and (
            isinstance(value, FunctionTool)
            or (
                inspect.isroutine(value)
                and getattr(value, "__module__", module.__name__) == module.__name__
            )
        )
    ]


def _module(path: str) -> ModuleType:
    """Run a file as a module, whose folder is the last place for its imports."""
    name = f"mistralai_tools_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file: its name does not end in .py")
    folder = str(Path(path).resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # types that are written as text are looked up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        frames = [
            each
            for each in traceback.extract_tb(error.__traceback__)
            if each.filename == spec.origin
        ]
        place = f"{path}, line {frames[-1].lineno}" if frames else path
        raise CommandError(f"{place}: {type(error).__name__}: {one_line(str(error))}") from error
    return module
