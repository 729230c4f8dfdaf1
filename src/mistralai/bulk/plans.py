"""The plan of a run: what it would ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .gate import estimated_tokens
from .ids import Ids
from .rows import with_defaults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .opening import RowMaker
    from .sources import FileSource


@dataclass(frozen=True, slots=True)
class Plan:
    """The extent of a run, before it begins.

    Attributes:
        rows: The number of rows; `None` for a pipe or an iterable, which is not read in advance.
        prompt_tokens: An estimate of the tokens of their prompts, on the high side, or `None`.
        bad: Rows among them that would fail without being sent.
    """

    rows: int | None
    prompt_tokens: int | None
    bad: int = 0


def planned(source: FileSource, maker: RowMaker, defaults: Mapping[str, Any]) -> Plan:
    """Return the plan for a file.

    Raises:
        InputError: A row is bad, and bad rows are errors.
    """
    ids = Ids()
    rows, bad, tokens = 0, 0, 0.0
    try:
        for row in maker.rows(source, ids):
            rows += 1
            if row.problem is None:
                tokens += estimated_tokens(with_defaults(row.body, defaults))
            else:
                bad += 1
    finally:
        ids.close()
    return Plan(rows, round(tokens), bad)
