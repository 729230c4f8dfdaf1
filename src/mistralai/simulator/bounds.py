"""What the fields of a scenario may hold: told by their types, checked when one is made.

A type says it by `Literal`, or by a `Range` in `Annotated`; `check` reads both from the class.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that are allowed.

    Attributes:
        least: The smallest of them.
        most: The largest of them.
        above: Whether the smallest itself is not allowed.
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
        """Check one number; NaN is in no range.

        Raises:
            ValueError: It is not allowed; the text says its name and what is.
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
"""How many, perhaps none."""
AtLeastOne: TypeAlias = Annotated[int, Range(1)]
"""How many."""
AnyStatus: TypeAlias = Annotated[int, Range(200, 999)]
"""A status that ends a request (RFC 9110, section 15)."""
ErrorStatus: TypeAlias = Annotated[int, Range(400, 599)]
"""A status that tells an error."""


def check(made: object) -> None:
    """Check the fields of a dataclass; `None` is left to the type checker.

    Raises:
        ValueError: One is not allowed; the text says its name and what is.
    """
    for name, rule in _rules(type(made)):  # type: ignore[arg-type] # mypy takes the class's hash for its objects'
        value = getattr(made, name)
        if value is not None:
            rule.check(name, value)


@cache
def _rules(kind: type) -> list[tuple[str, Range | _Names]]:
    rules: list[tuple[str, Range | _Names]] = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        told = list(_told(hint))
        rules += [(name, part) for part in told if isinstance(part, Range)]
        if names := tuple(part for part in told if not isinstance(part, Range)):
            rules.append((name, _Names(names)))
    return rules


def _told(hint: Any) -> Iterator[Any]:
    """Give the ranges in a type, and its literals."""
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    elif get_origin(hint) is Annotated:
        yield from hint.__metadata__
    else:
        for part in get_args(hint):
            yield from _told(part)
