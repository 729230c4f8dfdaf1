"""A table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from .painter import Painter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..output import Output


def write_table(output: Output, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows below the names of their columns, folded to the width of the terminal."""
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    painter = Painter(output.out, output.environment, colored=output.colored)
    width, _ = output.size
    output.write("".join(f"{line.text}\n" for line in painter.lines(table, width - 1)))
