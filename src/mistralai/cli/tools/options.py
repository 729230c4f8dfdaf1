"""The options of `chat` that give the model tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

import click

from ..failure import UsageError
from ..options import passed_as
from ..stdin import is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..output import Output

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """The options that give the model tools.

    Attributes:
        tool_files: Files of Python, whose public functions are tools.
        mcp: Commands and addresses of MCP servers.
        yes: Whether every call runs without a question.
    """

    tool_files: tuple[str, ...] = ()
    mcp: tuple[str, ...] = ()
    yes: bool = False

    @property
    def given(self) -> bool:
        """True if the model has tools."""
        return bool(self.tool_files or self.mcp)

    def check(self, output: Output, *, raw: bool) -> None:
        """Check the options before anything is loaded.

        Args:
            output: Where calls are to be shown.
            raw: Whether the bytes of the response are to be written.

        Raises:
            UsageError: Nobody can be asked about a call, or the options do not fit together.
        """
        if not self.given:
            if self.yes:
                raise UsageError("--yes is about the calls of tools; it needs -T or --mcp")
            return
        if raw:
            raise UsageError("--raw writes one response, and an answer with tools has several")
        if not self.yes and not (is_terminal() and output.err.isatty()):
            raise UsageError(
                "each call of a tool is asked for, and there is no terminal to ask in",
                "--yes runs every call without a question.",
            )


_OPTIONS: Final = (
    click.option(
        "-T",
        "--tools",
        "tool_files",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Let the model call the public functions of a Python file, for example -T tools.py."
        " Each call is shown and asked for. May be repeated.",
    ),
    click.option(
        "--mcp",
        multiple=True,
        metavar="COMMAND|URL",
        help="Let the model call the tools of an MCP server, for example --mcp"
        ' "uvx mcp-server-time". May be repeated.',
    ),
    click.option(
        "--yes",
        is_flag=True,
        help="Run every call of a tool without a question, for example -T tools.py --yes",
    ),
)


def tool_options(command: Callable[Concatenate[ToolOptions, P], R]) -> Callable[P, R]:
    """Add the options of a `ToolOptions`."""
    return passed_as(ToolOptions, _OPTIONS, command)
