"""The options that are accepted before and after the command's name."""

from __future__ import annotations

import logging
from functools import partial

import click

from .escapes import harmless
from .output import Output


def global_options() -> list[click.Parameter]:
    """Return `--no-color` and `--debug`."""
    return [
        click.Option(
            ["--no-color"],
            is_flag=True,
            expose_value=False,
            callback=_no_color,
            help="Do not use colors, for example in a recording of the terminal. [env: NO_COLOR]",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            callback=_debug,
            help="Log each call, and show the traceback of an error, for example --debug 2> log.",
        ),
    ]


class CommandGroup(click.Group):
    """A group of commands, each with the global options."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, with the global options."""
        command = super().get_command(ctx, cmd_name)
        return None if command is None else with_global_options(command)


def with_global_options(command: click.Command) -> click.Command:
    """Add the global options to a command, once."""
    if "debug" not in {option.name for option in command.params}:
        command.params += global_options()
    return command


class _Handler(logging.Handler):
    """A handler that writes the client's log to standard error."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.note(harmless(self.format(record)))


def _no_color(context: click.Context, _option: click.Parameter, enabled: bool) -> None:
    if enabled:
        context.ensure_object(Output).no_color = True


def _debug(context: click.Context, _option: click.Parameter, enabled: bool) -> None:
    output = context.ensure_object(Output)
    if enabled and not output.debug:
        output.debug = True
        logger = logging.getLogger("mistralai")
        handler, level = _Handler(output), logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        root = context.find_root()
        root.call_on_close(partial(logger.setLevel, level))
        root.call_on_close(partial(logger.removeHandler, handler))
