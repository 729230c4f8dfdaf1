"""`mistralai models`: which models there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from ..escapes import one_line
from ..options import connecting, optional_value
from ..simulated import is_scenario

if TYPE_CHECKING:
    from ..connection import Connection
    from ..output import Output

_EXAMPLES: Final = """\b
Examples:
  mistralai models
  mistralai models --json | jq -r .[].id
  mistralai models --server-url http://localhost:8000
"""
_COLUMNS: Final = ("model", "context", "can")


@click.command(cls=optional_value("--simulate", "auto", is_scenario), epilog=_EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="What the server says, as JSON.")
@connecting
@click.pass_obj
def models(output: Output, connection: Connection, *, as_json: bool) -> None:
    """List the models that the server has."""
    with connection.client(output) as client, output.waiting("models"):
        found = client.models.list().data
    if as_json:
        cards = [card.model_dump(mode="json", by_alias=True) for card in found]
        output.write(f"{json.dumps(cards, indent=2)}\n")
    elif output.is_terminal:
        _write_table(output, [_row(card) for card in found])
    else:
        output.write("".join("\t".join(_row(card)) + "\n" for card in found))


def _row(card: Any) -> tuple[str, str, str]:
    """What is said of a model. Servers that are like Mistral's say less, or other things."""
    context = getattr(card, "max_context_length", None)
    capabilities: dict[str, Any] = {}
    if getattr(card, "capabilities", None) is not None:
        capabilities = card.capabilities.model_dump()
    can = ", ".join(name.replace("_", " ") for name, able in capabilities.items() if able is True)
    name = getattr(card, "id", None) or "unnamed"
    return one_line(str(name)), "" if context is None else str(context), one_line(can)


def _write_table(output: Output, rows: list[tuple[str, str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from ..screen.painter import Painter

    table = Table(box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    painter = Painter(output.out, output.environment, colored=output.colored)
    columns, _ = output.size
    output.write("".join(f"{line.text}\n" for line in painter.lines(table, columns - 1)))
