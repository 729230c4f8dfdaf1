"""This package touches no private name of another package, and imports only what it declares."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import mistralai

SRC = Path(mistralai.__file__).parent
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"

DOCUMENTED = {"_getframe"}
"""Private by their form, and documented all the same: `sys._getframe`."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(SRC.rglob("*.py")):
        yield file.relative_to(SRC), ast.parse(file.read_text("utf-8"))


def is_private(name: str) -> bool:
    return re.match(r"_[^_]", name) is not None


def own_names() -> set[str]:
    """Every private name that this package defines: of functions, classes, attributes and slots."""
    found: set[str] = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}:
                    found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)  # a slot
    return {name for name in found if is_private(name)} | DOCUMENTED


def test_no_private_name_of_another_package_is_touched() -> None:
    ours = own_names()
    touched = [
        f"{file}:{node.lineno}: .{node.attr}"
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in ours
    ]
    by_text = [
        f"{file}:{node.lineno}: {node.args[1].value!r}"
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"getattr", "setattr", "hasattr", "delattr"}
        and isinstance(node.args[1], ast.Constant)
        and is_private(str(node.args[1].value))
        and node.args[1].value not in ours
    ]
    assert touched + by_text == []


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    declared = {re.split(r"[\s>=<\[]", one)[0].replace("-", "_") for one in wanted}
    declared |= {"IPython", "markdown_it", "opentelemetry", *sys.stdlib_module_names, "mistralai"}
    imported: dict[str, str] = {}
    for file, tree in trees():
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                imported.setdefault(name.partition(".")[0], f"{file}:{node.lineno}")
    assert {name: where for name, where in imported.items() if name not in declared} == {}
