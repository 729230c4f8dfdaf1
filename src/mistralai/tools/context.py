"""The context of a call, for tools and for approvals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """A call of a tool whose arguments are valid.

    Attributes:
        id: The id of the call.
        name: The name of the tool.
        arguments: The arguments after validation, as plain data; as the model sent them if they
            have no form as JSON, such as bytes that are not text.
        step: The number of the step whose answer has the call, from 1; 0 if it was made in an
            earlier run.
    """

    id: str
    name: str
    arguments: dict[str, Any]
    step: int = 0


@dataclass(frozen=True, slots=True)
class ToolContext(Generic[T]):
    """The context of a call, for a tool with a parameter of this type.

    The parameter is not part of the tool's schema.

    Attributes:
        context: The `context` that the run was given.
        call: The call.
    """

    context: T
    call: CheckedCall
    _stop: Callable[[], None] = field(repr=False)

    def stop(self) -> None:
        """End the run after the calls that are running; no other begins, and nothing is asked.

        The `end_reason` of the run is `"stopped"`. May be called from any thread.
        """
        self._stop()
