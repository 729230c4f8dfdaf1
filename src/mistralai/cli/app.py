"""The command, its subcommands, and their exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from ..client import __version__
from .global_options import global_options, with_global_options
from .output import Output, ReaderGoneError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS: Final = (
    "chat",
    "web",
    "sessions",
    "fim",
    "embed",
    "run",
    "templates",
    "models",
    "config",
    "doctor",
    "replay",
    "simulate",
    "completion",
)
"""Each is defined in `commands`, in a module with its name."""

_MAX_HELP_WIDTH: Final = 100  # columns
_EXAMPLES = """\b
Examples:
  mistralai chat "Write a short poem about coding."
  git diff | mistralai chat "Review this"
  mistralai chat --simulate          a conversation without a key or network
  mistralai web --simulate           the same on a page in the browser
  mistralai doctor                   diagnose key, network and server problems
  mistralai --debug chat "Hello"     log the call

\b
Exit codes: 1 any other failure, 2 usage, 3 authentication, 4 rate limit,
5 connection, 6 incomplete or timed out, 7 some rows of a run failed,
130 interrupted.
"""


class _LazyGroup(click.Group):
    """A group that imports the module of a command when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [*_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f".commands.{cmd_name}", __package__)
        command: click.Command = getattr(module, cmd_name)
        return with_global_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        commands = self.list_commands(ctx)
        known = args[0] in commands or args[0].startswith("-")
        if not known and not ctx.resilient_parsing:  # parsing for completion must not fail
            from .suggestion import no_such_command

            ctx.fail(no_such_command(args, commands))
        return super().resolve_command(ctx, args)


@click.group(cls=_LazyGroup, epilog=_EXAMPLES, params=global_options())
@click.version_option(__version__, package_name="mistralai", message="%(prog)s %(version)s")
def mistralai() -> None:
    """Chat with Mistral's models, or with a simulated one, and inspect the stream."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line.

    Args:
        arguments: The arguments after the program's name; by default those of the process.

    Returns:
        The exit code.
    """
    output = Output()
    try:
        result: object = mistralai.main(
            arguments,
            "mistralai",
            standalone_mode=False,
            obj=output,
            terminal_width=min(_MAX_HELP_WIDTH, output.size[0]) - 1,  # click would use at least 50
        )
        output.flush()
    except ReaderGoneError:
        return _closed_pipe()
    except ModuleNotFoundError:  # a package of the extra: `main` names it
        raise
    except click.ClickException as error:
        error.show(output.err)
        return error.exit_code
    except (Exception, KeyboardInterrupt, click.Abort) as error:  # noqa: BLE001 - `failures` has a row for each
        return _failed(error, output)
    return result if isinstance(result, int) else 0  # an int if a command called `exit`


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
    """Exit silently: redirect standard output, which Python flushes when it exits."""
    from .failure import CLOSED_PIPE

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    return CLOSED_PIPE
