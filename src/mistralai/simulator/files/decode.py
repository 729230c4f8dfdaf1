"""Decodes plain data to the dataclasses of a scenario, with errors that name the place."""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from ..bounds import PLAIN, has_type
from ..jsonvalues import is_list, is_object

Decoder = Callable[[Any, str], Any]
"""Takes a value and its place, and returns the decoded value."""

_T = TypeVar("_T")


class ScenarioError(ValueError):
    """A scenario is invalid.

    Attributes:
        path: The place of the mistake, such as `faults[2].at`; empty for the file itself.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path


def join(path: str, key: str) -> str:
    """Return the place of a key."""
    return f"{path}.{key}" if path else key


def unknown_key(path: str, key: str, allowed: Iterable[str]) -> ScenarioError:
    """Return the error for an unknown key, which lists the allowed ones."""
    names = sorted(allowed)
    near = get_close_matches(key, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    problem = f"unknown key{hint} (allowed: {', '.join(names)})"
    return ScenarioError(join(path, key), problem)


class Codec:
    """Decodes values by type.

    Args:
        special: Decoders for types that are not written as a table of their fields.
    """

    def __init__(self, special: Mapping[Any, Decoder]) -> None:
        self._special = special

    def decode(self, value: Any, kind: Any, path: str) -> Any:
        """Return a value as a type.

        Args:
            value: Plain data.
            kind: The type, as annotated.
            path: The value's place.

        Raises:
            ScenarioError: The value does not have this type.
        """
        if kind in self._special:
            return self._special[kind](value, path)
        if kind in PLAIN:
            return _plain(value, kind, path)
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            return self.table(value, kind, path)
        return self._generic(value, kind, path)

    def table(self, value: Any, kind: type[_T], path: str, base: _T | None = None) -> _T:
        """Return a table as a dataclass.

        Args:
            value: The table.
            kind: The dataclass.
            path: The table's place.
            base: Provides the fields that the table lacks; `None` for the defaults.
        """
        if not is_object(value):
            raise ScenarioError(path, f"must be a table, not {value!r}")
        hints = get_type_hints(kind).items()
        fields = {name: hint for name, hint in hints if get_origin(hint) is not ClassVar}
        for key in value:
            if key not in fields:
                raise unknown_key(path, key, fields)
        arguments = {
            key: self.decode(each, fields[key], join(path, key)) for key, each in value.items()
        }
        if base is not None:
            arguments = {name: getattr(base, name) for name in fields} | arguments
        for name in _required(kind):
            if name not in arguments:
                raise ScenarioError(join(path, name), "missing key")
        try:
            return kind(**arguments)
        except ValueError as error:
            raise _placed(path, str(error), fields) from error

    def _generic(self, value: Any, kind: Any, path: str) -> Any:
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Literal:
            return _one_of(value, arguments, path)
        if origin in {Union, UnionType}:
            return self._union(value, arguments, path)
        if origin is tuple:
            if not is_list(value):
                raise ScenarioError(path, f"must be a list, not {value!r}")
            places = [f"{path}[{number}]" for number in range(len(value))]
            return tuple(
                self.decode(each, arguments[0], place)
                for each, place in zip(value, places, strict=True)
            )
        if not is_object(value):
            raise ScenarioError(path, f"must be a table, not {value!r}")
        return value

    def _union(self, value: Any, members: tuple[Any, ...], path: str) -> Any:
        literals = [each for m in members if get_origin(m) is Literal for each in get_args(m)]
        others = [m for m in members if get_origin(m) is not Literal and m is not NoneType]
        if value in literals or not others:
            return _one_of(value, tuple(literals), path)
        problem: ScenarioError | None = None
        for member in others:
            try:
                return self.decode(value, member, path)
            except ScenarioError as error:
                problem = problem or error
        raise problem or ScenarioError(path, f"{value!r} is not allowed")


def _required(kind: type) -> list[str]:
    """Return the names of the arguments without a default."""
    arguments = inspect.signature(kind).parameters.values()
    return [argument.name for argument in arguments if argument.default is argument.empty]


def _one_of(value: Any, allowed: tuple[Any, ...], path: str) -> Any:
    if value in allowed:
        return value
    names = ", ".join(map(repr, allowed))
    raise ScenarioError(path, f"{value!r} is not allowed (allowed: {names})")


def _placed(path: str, message: str, fields: Mapping[str, Any]) -> ScenarioError:
    """Return the error of a dataclass about a field, with the place of the field."""
    name, colon, problem = message.partition(": ")
    if colon and name in fields:
        return ScenarioError(join(path, name), problem)
    return ScenarioError(path, message)


def _plain(value: Any, kind: type, path: str) -> Any:
    if has_type(value, kind):
        return float(value) if kind is float else value
    raise ScenarioError(path, f"must be {PLAIN[kind]}, not {value!r}")
