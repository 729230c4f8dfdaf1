"""The options that may stand before the command and behind it."""

from __future__ import annotations

import logging

import click

from .escapes import harmless
from .output import Output


def everywhere() -> list[click.Parameter]:
    """Make `--no-color` and `--debug`."""
    return [
        click.Option(
            ["--no-color"],
            is_flag=True,
            expose_value=False,
            callback=_no_color,
            help="No colours. [env: NO_COLOR]",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            callback=_debug,
            help="Log each call; show the traceback of a failure.",
        ),
    ]


class _Handler(logging.Handler):
    """Sends the client's log to standard error."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.note(harmless(self.format(record)))


def _no_color(context: click.Context, _option: click.Parameter, given: bool) -> None:
    if given:
        context.ensure_object(Output).no_color = True


def _debug(context: click.Context, _option: click.Parameter, given: bool) -> None:
    output = context.ensure_object(Output)
    if given and not output.debug:
        output.debug = True
        logger = logging.getLogger("mistralai")
        logger.addHandler(_Handler(output))
        logger.setLevel(logging.DEBUG)
