"""`mistralai simulate`: the simulator as a separate server."""

from __future__ import annotations

from typing import Final

import click

_EXAMPLES: Final = """\b
Examples:
  mistralai simulate --port 8765 --tps 50
  mistralai chat --server-url http://127.0.0.1:8765 "Hello"
"""


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, epilog=_EXAMPLES
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def simulate(context: click.Context, options: tuple[str, ...]) -> None:
    """Serve the simulated API on this machine until Ctrl-C.

    OPTIONS are those of `python -m mistralai.simulator`; --help lists them.
    """
    from ...simulator.__main__ import main

    context.exit(main(options))
