"""The error for a request whose fields are wrong: one sentence per field.

pydantic reports every member of a union that a value is not. Here the complaints about one place
become one sentence, which has the place as Python writes it, the value, and all that it may be:
`messages[0].content takes a string or a list, not 5`.

- A complaint about a value is dropped if there is one about a part of it: a list that is not a
  string says nothing where an element of the list is wrong.
- pydantic's locations also name the members of unions. The place is found by following the
  location through the caller's value: what leads nowhere is not a part of it.
"""

import re
import reprlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Self, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

from .signatures import ShortTraceback

_MOST_OF_A_VALUE: Final = 60  # characters

_MESSAGE: Final = '{"role": "user", "content": "Hello"}'
_WANTED: Final[Mapping[str, str]] = {
    "messages": f"a list of messages, such as [{_MESSAGE}]",
    "messages[]": f"a message, such as {_MESSAGE}",
    "messages[].content[]": 'a chunk, such as {"type": "text", "text": "Hello"}',
    "tools": "a list of tools",
    "tools[]": 'a tool, such as {"type": "function", "function": {...}}',
    "guardrails": "a list of guardrails",
    "response_format": 'a format, such as {"type": "json_object"}',
    "prediction": 'a prediction, such as {"type": "content", "content": "..."}',
}
"""Descriptions of the values of some places, where the type alone would say too little."""

_BY_TYPE: Final[Mapping[str, str]] = {
    "string": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "True or False",
    "list": "a list",
    "dict": "a dict",
    "mapping": "a dict",
}
"""Descriptions by the first word of the type of an error of pydantic."""

_ROLES: Final[Mapping[str, str]] = {
    "developer": "system",
    "function": "tool",
    "human": "user",
    "model": "assistant",
}
"""Roles of other APIs, and the role that they are here."""


class InvalidFieldsError(ValidationError, ShortTraceback):
    """A request that is not sent, because fields of it are wrong.

    It is a `ValueError` and pydantic's `ValidationError`, with its `errors()`. Its text is the
    title of that.
    """

    @classmethod
    def of(cls, invalid: ValidationError, fields: Mapping[str, Any]) -> Self:
        """Return the error for pydantic's.

        Args:
            invalid: The error of pydantic.
            fields: The values that it is about.
        """
        problems = invalid.errors(include_url=False)
        text = "\n".join(_sentences(problems, fields))
        return cls.from_exception_data(text, [_again(problem) for problem in problems])

    def __str__(self) -> str:
        return self.title

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.title!r})"


def _again(problem: ErrorDetails) -> InitErrorDetails:
    """Return a complaint in the form in which pydantic takes it."""
    again = InitErrorDetails(type=problem["type"], loc=problem["loc"], input=problem["input"])
    if "ctx" in problem:
        again["ctx"] = problem["ctx"]
    return again


def _sentences(problems: Iterable[ErrorDetails], fields: Mapping[str, Any]) -> list[str]:
    places: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for problem in problems:
        places.setdefault(_place(problem, fields), []).append(problem)
    return [
        _sentence(place, here)
        for place, here in places.items()
        if not any(other[: len(place)] == place and other != place for other in places)
    ]


def _place(problem: ErrorDetails, fields: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Return the keys and indexes that lead to the value, without the members of unions."""
    found: list[str | int] = []
    value: Any = fields
    for step in problem["loc"]:
        if isinstance(step, int):
            value = cast("list[Any]", value)[step] if isinstance(value, (list, tuple)) else None
        elif isinstance(value, Mapping) and step in value:
            value = cast("Mapping[str, Any]", value)[step]
        else:
            continue
        found.append(step)
    if problem["type"] == "missing":
        found.append(problem["loc"][-1])
    return tuple(found)


def _sentence(place: tuple[str | int, ...], problems: list[ErrorDetails]) -> str:
    path = _path(place)
    kind, value = problems[0]["type"], problems[0]["input"]
    context = problems[0].get("ctx", {})
    if kind == "missing":
        return f"{path} is missing"
    if kind == "union_tag_not_found":
        return f"{path}.{_unquoted(context['discriminator'])} is missing"
    if kind == "union_tag_invalid":
        name, tag = _unquoted(context["discriminator"]), context["tag"]
        known = _either(context["expected_tags"].split(", "))
        here = f". {tag!r} is {_ROLES[tag]!r} here" if tag in _ROLES else ""
        return f"{path}.{name} takes {known}, not {tag!r}{here}"
    if kind == "too_short":
        return f"{path} is empty; give at least {context['min_length']}"
    wanted = _WANTED.get(re.sub(r"\[\d+\]", "[]", path))
    wants = [wanted] if wanted else _all_wants(problems)
    if wants:
        return f"{path} takes {_either(wants)}, not {_shown(value)}"
    return f"{path} is {_shown(value)}: {problems[0]['msg']}"


def _all_wants(problems: Iterable[ErrorDetails]) -> list[str]:
    """Return what a value may be by all complaints about it, without repetitions."""
    wants = dict.fromkeys(want for problem in problems for want in _wants(problem))
    if any(want.startswith("'") for want in wants):
        wants.pop("a string", None)  # an enumeration that is open: its known values say more
    return [*wants]


def _wants(problem: ErrorDetails) -> list[str]:
    """Return what a value may be by one complaint; nothing if that is not known."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "literal_error":
        return re.findall(r"'[^']*'", context["expected"])
    if kind == "model_type":
        return ["a dict", f"a {context['class_name']}"]
    if kind == "list_type" and problem["loc"][-1] == "list[str]":
        return ["a list of strings"]
    wanted = _BY_TYPE.get(kind.partition("_")[0])
    return [wanted] if wanted else []


def _either(wants: list[str]) -> str:
    *others, last = wants
    return f"{', '.join(others)} or {last}" if others else last


def _path(place: tuple[str | int, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).removeprefix(".")


def _unquoted(name: str) -> str:
    return name.strip("'")


def _shown(value: object) -> str:
    """Return the beginning of a value's repr."""
    shortened = reprlib.Repr()
    shortened.maxstring = shortened.maxother = _MOST_OF_A_VALUE
    text = shortened.repr(value)
    return text if len(text) <= _MOST_OF_A_VALUE else f"{text[: _MOST_OF_A_VALUE - 1]}…"
