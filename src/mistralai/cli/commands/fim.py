"""`mistralai fim`: what stands between a beginning and an end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from ..options import asking, connecting, model_option, optional_value, showing
from ..simulated import is_scenario

if TYPE_CHECKING:
    from ..asking import Asking
    from ..connection import Connection
    from ..options import Showing
    from ..output import Output

_EXAMPLES: Final = """\b
Examples:
  mistralai fim "def add(a, b):" --suffix "print(add(1, 2))"
  mistralai fim < begin.py
  mistralai fim --simulate=fim "def "
"""


@click.command(cls=optional_value("--simulate", "fim", is_scenario), epilog=_EXAMPLES)
@click.argument("prefix", required=False)
@click.option("--suffix", default="", metavar="TEXT", help="What stands after the gap.")
@model_option("codestral-latest", None)
@asking
@showing
@connecting
@click.pass_obj
def fim(
    output: Output,
    connection: Connection,
    showing: Showing,
    asking: Asking,
    *,
    prefix: str | None,
    suffix: str,
) -> None:
    """Write what stands between PREFIX and the suffix, mostly code.

    Without PREFIX it is read from standard input.
    """
    from ..stdin import piped
    from .once import answer_once

    prompt = piped() if prefix is None else prefix
    if not prompt:
        raise click.UsageError("there is no PREFIX; give one, or pipe one in")
    answer_once(
        connection,
        replace(showing, plain=True),  # code, not Markdown
        output,
        lambda client: asking.fim(client, prompt, suffix),
        model=asking.model,
    )
