"""The command and its subcommands, and how they end."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from ..client import __version__
from .output import Output, ReaderGoneError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS: Final = {
    "chat": "chat",
    "fim": "fim",
    "models": "models",
    "doctor": "doctor",
    "replay": "replay",
    "simulate": "simulate",
    "completion": "completion",
}
"""Each command, and the module that has it."""

_EXAMPLES = """\b
Examples:
  mistralai chat "Write a short poem about coding."
  git diff | mistralai chat "Review this"
  mistralai chat --simulate          a conversation without key and network
  mistralai doctor                   what stands between you and an answer

\b
Exit codes: 1 any failure not named here, 2 usage, 3 authentication, 4 rate
limit, 5 connection, 6 cut or timed out, 130 interrupted.
"""


class _Commands(click.Group):
    """Loads the module of a command when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [*_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        name = _COMMANDS[cmd_name]
        module = importlib.import_module(f".commands.{name}", __package__)
        command: click.Command = getattr(module, name)
        return command


@click.group(cls=_Commands, epilog=_EXAMPLES, context_settings={"max_content_width": 100})
@click.option("--no-color", is_flag=True, help="No colours. [env: NO_COLOR]")
@click.option("--debug", is_flag=True, help="Log each call; show the traceback of a failure.")
@click.version_option(__version__, package_name="mistralai", message="%(prog)s %(version)s")
@click.pass_context
def mistralai(context: click.Context, *, no_color: bool, debug: bool) -> None:
    """Chat with Mistral's models, or with a simulated one, and see what the stream does."""
    context.obj.no_color = no_color
    context.obj.debug = debug
    if debug:
        _log_calls(context.obj)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line.

    Args:
        arguments: The words after the program's name; those of the process by default.

    Returns:
        The exit code.
    """
    output = Output()
    try:
        ended: object = mistralai.main(arguments, "mistralai", standalone_mode=False, obj=output)
        output.flush()
    except ReaderGoneError:
        return _closed_pipe()
    except click.ClickException as wrong:
        wrong.show(output.err)
        return wrong.exit_code
    except (Exception, KeyboardInterrupt, click.Abort) as error:  # noqa: BLE001 - each has its row in the table
        return _failed(error, output)
    return ended if isinstance(ended, int) else 0  # where a command called `exit`


def _failed(error: BaseException, output: Output) -> int:
    from . import failures

    if isinstance(error, click.Abort):
        error = KeyboardInterrupt()
    if output.debug:
        output.say(failures.details(error))
    if not isinstance(error, KeyboardInterrupt):
        output.say(f"mistralai: {failures.sentence(error)}")
    return failures.exit_code(error)


def _closed_pipe() -> int:
    """Nobody reads on: end without a word, also when Python flushes the stream at its end."""
    from .failure import CLOSED_PIPE

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    return CLOSED_PIPE


def _log_calls(output: Output) -> None:
    """Send the client's log to standard error."""
    from .escapes import harmless

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            output.note(harmless(self.format(record)))

    logger = logging.getLogger("mistralai")
    logger.addHandler(Handler())
    logger.setLevel(logging.DEBUG)
