"""`mistralai models`: the list of models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from ..configured import optional_value
from ..escapes import one_line
from ..options import connection_options
from ..scenario_names import is_scenario
from ..screen.table import write_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..connection import Connection
    from ..output import Output

_EXAMPLES: Final = """\b
Examples:
  mistralai models
  mistralai models --json | jq -r .[].id
  mistralai models --server-url http://localhost:8000
"""
_COLUMNS: Final = ("model", "context", "capabilities")


@click.command(cls=optional_value("--simulate", "auto", is_scenario), epilog=_EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="Write the server's response as JSON.")
@connection_options
@click.pass_obj
def models(output: Output, connection: Connection, *, as_json: bool) -> None:
    """List the models of the server."""
    with connection.client(output) as client, output.waiting("models"):
        found = client.models.list().data
    if as_json:
        cards = [card.model_dump(mode="json", by_alias=True) for card in found]
        output.write(f"{json.dumps(cards, indent=2)}\n")
    else:
        write_rows(output, _COLUMNS, map(_row, found))


def _row(card: object) -> tuple[str, str, str]:
    """Return the columns of a model. Compatible servers leave fields out, or have others."""
    name = getattr(card, "id", None) or "unnamed"
    context = getattr(card, "max_context_length", None)
    capabilities = getattr(card, "capabilities", None)
    names = [] if capabilities is None else _true_fields(capabilities.model_dump())
    return one_line(str(name)), "" if context is None else str(context), one_line(", ".join(names))


def _true_fields(capabilities: Mapping[str, object]) -> list[str]:
    return [name.replace("_", " ") for name, able in capabilities.items() if able is True]
