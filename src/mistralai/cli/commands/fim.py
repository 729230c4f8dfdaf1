"""`mistralai fim`: code completion between a prefix and a suffix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from ..configured import optional_value
from ..options import connection_options, display_options, model_option, request_options
from ..scenario_names import is_scenario

if TYPE_CHECKING:
    from ..connection import Connection
    from ..options import DisplayOptions
    from ..output import Output
    from ..request_options import RequestOptions

_EXAMPLES: Final = """\b
Examples:
  mistralai fim "def add(a, b):" --suffix "print(add(1, 2))"
  mistralai fim --max-tokens 50 < begin.py
  mistralai fim --simulate=fim "def "
"""


@click.command(cls=optional_value("--simulate", "fim", is_scenario), epilog=_EXAMPLES)
@click.argument("prefix", required=False)
@click.option("--suffix", default="", metavar="TEXT", help="Text after the gap.")
@model_option("codestral-latest", None, example="codestral-2508")
@request_options
@display_options
@connection_options
@click.pass_obj
def fim(
    output: Output,
    connection: Connection,
    display: DisplayOptions,
    request: RequestOptions,
    *,
    prefix: str | None,
    suffix: str,
) -> None:
    """Fill in the code between PREFIX and the suffix.

    Without PREFIX, it is read from standard input.
    """
    from ..stdin import piped
    from .once import answer_once

    prompt = piped() if prefix is None else prefix
    if not prompt:
        raise click.UsageError("no PREFIX: pass one or pipe one in")
    answer_once(
        connection,
        replace(display, plain=True),  # code, not Markdown
        output,
        lambda client: request.fim(client, prompt, suffix),
        model=request.model,
    )
