"""Rows with columns: a table on a terminal, else lines with tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..output import Output


def write_rows(output: Output, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows, on a terminal below the names of their columns and folded to its width."""
    if output.is_terminal:
        output.write(_table(output, columns, rows))
    else:
        output.write("".join("\t".join(row) + "\n" for row in rows))


def _table(output: Output, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    from rich.table import Table
    from rich.text import Text

    from .painter import Painter

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    painter = Painter(output.out, output.environment, colored=output.colored)
    width, _ = output.size
    return "".join(f"{line.text}\n" for line in painter.lines(table, width - 1))
