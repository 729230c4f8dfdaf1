"""A run as observers of its client see it: a scope around all of its rows.

It is current while a row is asked, in the task that asks it, and never where rows are read or
delivered, which is the caller's code. On Ray its carrier travels with each row, for which the
worker has a scope of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from ..client import Mistral
    from ..client.observers import Scope
    from .outcomes import Outcome
    from .rows import Row


class RunScope:
    """The scope of a run.

    Args:
        client: The client, whose observers see the run.
    """

    def __init__(self, client: Mistral) -> None:
        self._scope = client.sdk_configuration.observe("mistralai.bulk")

    @property
    def carrier(self) -> Mapping[str, str]:
        """A mapping by which rows of other processes belong to the run; empty without observers."""
        return self._scope.carrier

    def begin(self, rows: int | None) -> None:
        """Begin.

        Args:
            rows: The rows of the input; `None` if that is not known.
        """
        self._scope.note({} if rows is None else {"mistralai.bulk.rows": rows})

    def current(self) -> AbstractContextManager[object]:
        """Return a context in which a row is asked."""
        return self._scope.current()

    def end(self, reason: str, error: BaseException | None, counts: Mapping[str, int]) -> None:
        """End.

        Args:
            reason: `"done"`, `"stopped"`, `"dropped"` or `"error"`.
            error: The error that ended the run.
            counts: Numbers of rows by what became of them.
        """
        figures = {f"mistralai.bulk.{name}": count for name, count in counts.items()}
        self._scope.note({"mistralai.end_reason": reason, **figures})
        self._scope.end(error)


def scope_of_row(client: Mistral, row: Row, carrier: Mapping[str, str]) -> Scope:
    """Return the scope of a row in a process other than that of its run.

    Args:
        client: The client of this process.
        row: The row.
        carrier: The carrier of the run.
    """
    return client.sdk_configuration.observe(
        "mistralai.bulk.row",
        attributes={"mistralai.bulk.row": row.number},
        parent=carrier or None,
    )


def end_of_row(scope: Scope, outcome: Outcome | None, error: Exception | None = None) -> None:
    """End the scope of a row; without an outcome and an error it was dropped."""
    if outcome is not None and outcome.error is not None:
        scope.note({"mistralai.end_reason": "failed", "error.type": outcome.error.type})
    elif error is None:
        scope.note({"mistralai.end_reason": "dropped" if outcome is None else "answered"})
    scope.end(error)
