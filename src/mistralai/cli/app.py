"""The command and its subcommands, and how they end."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from ..client import __version__
from .everywhere import everywhere
from .output import Output, ReaderGoneError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS: Final = ("chat", "fim", "models", "doctor", "replay", "simulate", "completion")
"""Each has a module of its name."""

_WIDEST: Final = 100  # columns of help
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
        module = importlib.import_module(f".commands.{cmd_name}", __package__)
        command: click.Command = getattr(module, cmd_name)
        if "debug" not in {option.name for option in command.params}:
            command.params += everywhere()
        return command


@click.group(cls=_Commands, epilog=_EXAMPLES, params=everywhere())
@click.version_option(__version__, package_name="mistralai", message="%(prog)s %(version)s")
def mistralai() -> None:
    """Chat with Mistral's models, or with a simulated one, and see what the stream does."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line.

    Args:
        arguments: The words after the program's name; those of the process by default.

    Returns:
        The exit code.
    """
    output = Output()
    try:
        ended: object = mistralai.main(
            arguments,
            "mistralai",
            standalone_mode=False,
            obj=output,
            terminal_width=min(_WIDEST, output.size[0]) - 1,  # click's own is never below 50
        )
        output.flush()
    except ReaderGoneError:
        return _closed_pipe()
    except ModuleNotFoundError:  # of the extra, which the caller names
        raise
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
