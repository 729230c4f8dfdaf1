"""`mistralai web`: a chat page on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from ..configured import optional_value
from ..options import connection_options, model_option, request_options
from ..scenario_names import is_scenario
from ..textfile import text_or_file

if TYPE_CHECKING:
    from ..connection import Connection
    from ..output import Output
    from ..request_options import RequestOptions

_PORT: Final = 8750
_EXAMPLES: Final = """\b
Examples:
  mistralai web
  mistralai web --simulate             without a key or network
  mistralai web --port 0 --no-open -m magistral-medium-latest
  mistralai web --server-url http://localhost:8000
"""


@click.command(cls=optional_value("--simulate", "auto", is_scenario), epilog=_EXAMPLES)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    metavar="N",
    help="The port of the page; 0 takes a free one.",
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option(
    "-s",
    "--system",
    metavar="TEXT|@FILE",
    help="System prompt as text or in a file, for example -s @reviewer.txt.",
)
@model_option()
@click.option(
    "--reasoning-effort",
    metavar="LEVEL",
    help="none or high, some models have more levels; for example --reasoning-effort high.",
)
@request_options
@connection_options
@click.pass_obj
def web(
    output: Output,
    connection: Connection,
    request: RequestOptions,
    *,
    port: int,
    no_open: bool,
    system: str | None,
) -> None:
    """Chat on a page in the browser.

    The page is served on this machine only, until Ctrl-C. Its address is printed.
    """
    try:
        from ..webpage import WebPage
    except ModuleNotFoundError as missing:
        if missing.name not in {"starlette", "uvicorn"}:
            raise
        from ..failure import CommandError

        raise CommandError(
            f"the page needs {missing.name}: pip install 'mistralai[web]'"
        ) from missing

    prompt = None if system is None else text_or_file(system)
    WebPage(connection, request, output, port=port, system=prompt, opens=not no_open).serve()
