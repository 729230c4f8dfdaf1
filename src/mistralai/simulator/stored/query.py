"""The query of a request, read as the types of its parameters."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from ..api import errors
from ..api.checks import wrong

_FLAGS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


class Query:
    """The parameters of a query. What cannot be read is refused with a 422.

    Args:
        target: The request target.
    """

    def __init__(self, target: str) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(urlsplit(target).query, keep_blank_values=True):
            self._values.setdefault(name, []).append(value)

    def texts(self, name: str) -> list[str]:
        """Return all values of a parameter."""
        return self._values.get(name, [])

    def text(self, name: str) -> str | None:
        """Return the last value of a parameter."""
        return next(reversed(self.texts(name)), None)

    def required(self, name: str) -> str:
        """Return the value of a parameter that must be there."""
        value = self.text(name)
        if value is None:
            raise _refused("missing", name, "Field required", None)
        return value

    def integer(
        self,
        name: str,
        default: int | None = None,
        *,
        at_least: int = 0,
        at_most: int | None = None,
    ) -> int:
        """Return an integer within bounds; one without a default must be there."""
        text = self.text(name) if default is not None else self.required(name)
        if text is None:
            assert default is not None
            return default
        try:
            value = int(text)
        except ValueError:
            message = "Input should be a valid integer, unable to parse string as an integer"
            raise _refused("int_parsing", name, message, text) from None
        if value < at_least:
            message = f"Input should be greater than or equal to {at_least}"
            raise _refused("greater_than_equal", name, message, text, ge=at_least)
        if at_most is not None and value > at_most:
            message = f"Input should be less than or equal to {at_most}"
            raise _refused("less_than_equal", name, message, text, le=at_most)
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean."""
        text = self.text(name)
        if text is None:
            return default
        if text.lower() not in _FLAGS:
            message = "Input should be a valid boolean, unable to interpret input"
            raise _refused("bool_parsing", name, message, text)
        return _FLAGS[text.lower()]

    def time(self, name: str) -> float | None:
        """Return a time in ISO 8601, as seconds since 1970; one without a zone is in UTC."""
        text = self.text(name)
        if text is None:
            return None
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            message = "Input should be a valid datetime or date"
            raise _refused("datetime_from_date_parsing", name, message, text) from None
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()

    def others(self, *known: str) -> dict[str, str]:
        """Return the parameters that have none of these names."""
        return {name: values[-1] for name, values in self._values.items() if name not in known}


def _refused(kind: str, name: str, message: str, value: Any, **context: Any) -> errors.Refused:
    return errors.Refused(errors.invalid([wrong(kind, ("query", name), message, value, **context)]))
