"""Constraints of the fields of a scenario, declared by their types.

A type constrains a field by `Literal`, or by a `Range` in `Annotated`; `check` reads both from the
class when an object is made. `check_types` looks at the types themselves: it is for faults, which
programs write by hand and of which few are made.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

PLAIN: Final[Mapping[Any, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
"""The types of plain values, as messages name them."""


@dataclass(frozen=True, slots=True)
class Range:
    """A range of allowed numbers.

    Attributes:
        least: The smallest number.
        most: The largest number.
        above: True if `least` itself is excluded.
    """

    least: float
    most: float = math.inf
    above: bool = False

    def __contains__(self, number: float) -> bool:
        return self.least <= number <= self.most and not (self.above and number == self.least)

    def __str__(self) -> str:
        if self.above:
            return f"use more than {self.least:g}"
        if self.most == math.inf:
            return f"use {self.least:g} or more"
        return f"use {self.least:g} to {self.most:g}"

    def check(self, name: str, number: float) -> None:
        """Check one number; NaN is never in range.

        Raises:
            ValueError: The number is out of range; the message has the name and the range.
        """
        if number not in self:
            raise ValueError(f"{name}: {number} is out of range; {self}")


@dataclass(frozen=True, slots=True)
class _Names:
    allowed: tuple[Any, ...]

    def check(self, name: str, value: Any) -> None:
        if value not in self.allowed:
            names = ", ".join(map(repr, self.allowed))
            raise ValueError(f"{name}: {value!r} is not allowed (allowed: {names})")


Seconds: TypeAlias = Annotated[float, Range(0)]
"""A duration."""
Count: TypeAlias = Annotated[int, Range(0)]
"""A number of things, perhaps 0."""
AtLeastOne: TypeAlias = Annotated[int, Range(1)]
"""A number of things, at least 1."""
AnyStatus: TypeAlias = Annotated[int, Range(200, 999)]
"""The status of a final response (RFC 9110, section 15)."""
ErrorStatus: TypeAlias = Annotated[int, Range(400, 599)]
"""The status of an error."""


def has_type(value: object, kind: type) -> bool:
    """Return whether a value is of a plain type: an `int` is a `float`, but a `bool` is neither."""
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def check_types(made: object) -> None:
    """Check that the fields of a dataclass with plain types have values of these types.

    Raises:
        TypeError: A value has another type; the message has the field and what it takes.
    """
    for name, kinds in _types(type(made)):  # type: ignore[arg-type] # as in `check`
        value = getattr(made, name)
        if not any(has_type(value, kind) for kind in kinds):
            wanted = " or ".join(PLAIN[kind] for kind in kinds if kind is not NoneType)
            raise TypeError(f"{name}: must be {wanted}, not {value!r}")


def check(made: object) -> None:
    """Check the fields of a dataclass, except those that are `None`.

    Raises:
        ValueError: A value is not allowed; the message has the field and the allowed values.
    """
    for name, rule in _rules(type(made)):  # type: ignore[arg-type] # mypy confuses the hash of the class with that of its objects
        value = getattr(made, name)
        if value is not None:
            rule.check(name, value)


@cache
def _types(kind: type) -> list[tuple[str, tuple[type, ...]]]:
    """Return the fields whose types are all plain, with these types."""
    fields: list[tuple[str, tuple[type, ...]]] = []
    for name, hint in get_type_hints(kind).items():
        kinds = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
        if all(each in PLAIN or each is NoneType for each in kinds):
            fields.append((name, kinds))
    return fields


@cache
def _rules(kind: type) -> list[tuple[str, Range | _Names]]:
    rules: list[tuple[str, Range | _Names]] = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        constraints = list(_constraints(hint))
        rules += [(name, part) for part in constraints if isinstance(part, Range)]
        if names := tuple(part for part in constraints if not isinstance(part, Range)):
            rules.append((name, _Names(names)))
    return rules


def _constraints(hint: Any) -> Iterator[Any]:
    """Yield the ranges and the literal values of a type."""
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    elif get_origin(hint) is Annotated:
        yield from hint.__metadata__
    else:
        for part in get_args(hint):
            yield from _constraints(part)
