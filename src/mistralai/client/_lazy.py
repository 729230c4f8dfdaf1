"""Packages whose names are loaded when they are first used (PEP 562).

`import mistralai` costs next to nothing because it loads none of the modules that define
its names. A package lists its names twice: for type checkers and editors as
imports under `TYPE_CHECKING`, and for the interpreter as a table of modules. The
constant is annotated there, because jedi skips the branch of a bare `False`.
"""

import sys

TYPE_CHECKING = False  # as in `typing`, which takes 9 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def lazy(
    package: str, modules: "Mapping[str, Iterable[str]]", submodules: "Iterable[str]" = ()
) -> "tuple[list[str], Callable[[str], object], Callable[[], list[str]]]":
    """Return `__all__`, `__getattr__` and `__dir__` for a package.

    Args:
        package: The package's `__name__`.
        modules: The public names of each submodule, by the submodule's name.
        submodules: Submodules that are public themselves.
    """
    home = {name: module for module, names in modules.items() for name in names}
    public = sorted((*home, *submodules))

    def getattr_(name: str) -> object:
        if name not in public:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        # `importlib` would take 4 ms to import.
        path = f"{package}.{home.get(name, name)}"
        __import__(path)
        module = sys.modules[path]
        value: object = getattr(module, name) if name in home else module
        setattr(sys.modules[package], name, value)
        return value

    def dir_() -> list[str]:
        return sorted({*vars(sys.modules[package]), *public})

    return public, getattr_, dir_
