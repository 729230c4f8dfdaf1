"""Exceptions of tools: what the model is told in their place, and the one that ends a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import ToolError, raisable

if TYPE_CHECKING:
    from collections.abc import Callable

    from .context import CheckedCall
    from .settings import OnToolError

FAILED: Final = "the tool failed"
"""What the model is told of an exception that ends the run: its text may be secret."""


class Failures:
    """The exceptions of a run's tools, treated by `on_tool_error`.

    Attributes:
        fatal: The exception that ends the run.
    """

    def __init__(self, rule: OnToolError) -> None:
        self._rule: OnToolError = rule
        self.fatal: Exception | None = None

    def ends_run(self, error: BaseException) -> bool:
        """Return whether an exception ends the run."""
        if isinstance(error, ToolError):
            return False
        return self._rule == "raise" or not isinstance(error, Exception)

    def said_of(self, error: BaseException, call: CheckedCall) -> str:
        """Return what the model is told of an exception, and note one that ends the run."""
        if isinstance(error, ToolError):
            return str(error) or FAILED
        assert isinstance(error, Exception), "a driver raises any other itself"
        rule = self._rule
        if rule == "report":
            return f"{type(error).__name__}: {error}"
        where = f"in {place_of(call)}"
        if rule != "raise":
            try:
                return _said_by(rule, error, call)
            except Exception as wrong:  # noqa: BLE001 - it ends the run like that of a tool
                where = f"in on_tool_error, about a {type(error).__name__} {where}"
                error = wrong
        if self.fatal is None:
            self.fatal = raisable(error)
            self.fatal.add_note(where)
        else:
            self.fatal.add_note(f"{type(error).__name__} {where}, at the same time")
        return FAILED


def place_of(call: CheckedCall) -> str:
    """Return where an exception was raised, for a note."""
    return f"the tool {call.name!r}, call {call.id!r} of step {call.step}"


def _said_by(
    rule: Callable[[Exception, CheckedCall], object], error: Exception, call: CheckedCall
) -> str:
    """Return what the function `on_tool_error` says.

    Raises:
        TypeError: It is not a text.
    """
    said = rule(error, call)
    if not isinstance(said, str):
        raise TypeError(f"on_tool_error returned {said!r}; it returns a text")
    return said
