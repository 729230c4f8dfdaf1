"""Checks of a request's fields, with the errors of pydantic.

A check takes a value and its place, and returns entries for the detail list of a 422: none if the
value is valid. The messages are those of pydantic, which the API uses.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from ..jsonvalues import is_list, is_number, is_object
from .errors import Detail

Place: TypeAlias = tuple[str | int, ...]
Check: TypeAlias = Callable[[Any, Place], list[Detail]]


def wrong(kind: str, place: Place, message: str, value: Any, **context: Any) -> Detail:
    """Return one entry of the detail list."""
    entry: Detail = {"type": kind, "loc": list(place), "msg": message, "input": value}
    return {**entry, "ctx": context} if context else entry


def _typed(accepts: Callable[[Any], bool], kind: str, article: str) -> Check:
    def check(value: Any, place: Place) -> list[Detail]:
        if accepts(value):
            return []
        return [wrong(kind, place, f"Input should be a valid {article}", value)]

    return check


def _is_integer(value: Any) -> bool:
    return is_number(value) and value == value // 1


string: Final = _typed(lambda value: isinstance(value, str), "string_type", "string")
boolean: Final = _typed(lambda value: isinstance(value, bool), "bool_type", "boolean")
mapping: Final = _typed(is_object, "dict_type", "dictionary")
_number: Final = _typed(is_number, "float_type", "number")
_integer: Final = _typed(_is_integer, "int_type", "integer")
_list: Final = _typed(is_list, "list_type", "list")


def anything(_value: Any, _place: Place) -> list[Detail]:
    """Accept any value."""
    return []


def _bounded(base: Check, at_least: float | None, at_most: float | None) -> Check:
    def check(value: Any, place: Place) -> list[Detail]:
        if details := base(value, place):
            return details
        if at_least is not None and value < at_least:
            text = f"Input should be greater than or equal to {at_least}"
            return [wrong("greater_than_equal", place, text, value, ge=at_least)]
        if at_most is not None and value > at_most:
            text = f"Input should be less than or equal to {at_most}"
            return [wrong("less_than_equal", place, text, value, le=at_most)]
        return []

    return check


def number(at_least: float | None = None, at_most: float | None = None) -> Check:
    """Return a check for a number within bounds."""
    return _bounded(_number, at_least, at_most)


def integer(at_least: int | None = None) -> Check:
    """Return a check for an integer with a minimum."""
    return _bounded(_integer, at_least, None)


def nullable(inner: Check) -> Check:
    """Return a check that also accepts `null`."""
    return lambda value, place: [] if value is None else inner(value, place)


def one_of(*allowed: str) -> Check:
    """Return a check for one of these strings."""
    quoted = [repr(name) for name in allowed]
    expected = quoted[-1]
    if len(quoted) > 1:
        expected = f"{', '.join(quoted[:-1])} or {expected}"

    def check(value: Any, place: Place) -> list[Detail]:
        if value in allowed:
            return []
        text = f"Input should be {expected}"
        return [wrong("literal_error", place, text, value, expected=expected)]

    return check


def list_of(inner: Check) -> Check:
    """Return a check for a list whose items pass `inner`."""

    def check(value: Any, place: Place) -> list[Detail]:
        if details := _list(value, place):
            return details
        return [
            detail for index, item in enumerate(value) for detail in inner(item, (*place, index))
        ]

    return check


def union(**members: Check) -> Check:
    """Return a check that passes if a member passes; otherwise every member reports errors."""

    def check(value: Any, place: Place) -> list[Detail]:
        reports = [inner(value, (*place, name)) for name, inner in members.items()]
        return [] if [] in reports else [detail for report in reports for detail in report]

    return check


def record(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    closed: bool = True,
) -> Check:
    """Return a check for an object with these fields; a `closed` one has no others."""
    fields = {**required, **(optional or {})}

    def check(value: Any, place: Place) -> list[Detail]:
        if not is_object(value):
            text = "Input should be a valid dictionary or object to extract fields from"
            return [wrong("model_attributes_type", place, text, value)]
        return list(reports(value, place))

    def reports(value: dict[str, Any], place: Place) -> Iterator[Detail]:
        for name, inner in fields.items():
            if name in value:
                yield from inner(value[name], (*place, name))
            elif name in required:
                yield wrong("missing", (*place, name), "Field required", value)
        if closed:
            text = "Extra inputs are not permitted"
            for name, extra in value.items():
                if name not in fields:
                    yield wrong("extra_forbidden", (*place, name), text, extra)

    return check


def tagged(tag: str, members: Mapping[str, Check], default: str | None = None) -> Check:
    """Return a check for an object whose field `tag` selects the check of the other fields.

    Args:
        tag: The field.
        members: The checks by name.
        default: The name if the field is absent; `None` if it is required.
    """
    expected = ", ".join(repr(name) for name in members)

    def check(value: Any, place: Place) -> list[Detail]:
        name: Any = value.get(tag, default) if is_object(value) else None
        if name is None:
            text = f"Unable to extract tag using discriminator {tag!r}"
            return [wrong("union_tag_not_found", place, text, value, discriminator=repr(tag))]
        if isinstance(name, str) and name in members:
            return members[name](value, (*place, name))
        text = (
            f"Input tag {str(name)!r} found using {tag!r} does not match any of the expected "
            f"tags: {expected}"
        )
        context = {"discriminator": repr(tag), "tag": str(name), "expected_tags": expected}
        return [wrong("union_tag_invalid", place, text, value, **context)]

    return check
