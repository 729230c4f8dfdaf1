"""The facts of an answer for observers of calls, once the call has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _no_answer() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of an answer, or of the part of it that was received.

    Attributes:
        id: The API's id of the answer.
        model: The model that answered.
        usage: The tokens used.
        finish_reasons: Why each choice that began ended; `None` for one that did not.
        build: Returns the answer.
    """

    id: str | None = None
    model: str | None = None
    usage: Any = None
    finish_reasons: tuple[str | None, ...] = ()
    build: Callable[[], object] = _no_answer


NO_FACTS = Facts()
"""There is no answer."""


def facts_of(answer: object) -> Facts:
    """Return what an answer that came as a whole says; other kinds than chat say less."""
    choices, outputs = _listed(answer, "choices"), _listed(answer, "outputs")
    models = (getattr(each, "model", None) for each in (answer, *outputs))
    return Facts(
        id=getattr(answer, "id", None) or getattr(answer, "conversation_id", None),
        model=next(filter(None, models), None),
        usage=getattr(answer, "usage", None),
        finish_reasons=tuple(getattr(choice, "finish_reason", None) for choice in choices),
        build=lambda: answer,
    )


def _listed(answer: object, name: str) -> list[Any]:
    """Return a list of an answer; an unknown field of that name may be anything."""
    value: Any = getattr(answer, name, None)
    return value if _is_list(value) else []


def _is_list(value: object) -> bool:
    return isinstance(value, list)
