"""The options of `chat` that say in which session the conversation is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

import click

from ..failure import UsageError
from ..options import passed_as
from ..settings import current_config

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..output import Output
    from .keeper import Keeper

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """The options that say in which session a conversation is kept.

    Attributes:
        continue_last: Continue the session that was changed last.
        session: Continue the session of this name, or begin it.
        save: Whether to save the conversation; `None` for the configuration, except that a session
            which is named is saved.
    """

    continue_last: bool = False
    session: str | None = None
    save: bool | None = None

    def __post_init__(self) -> None:
        if self.continue_last and self.session is not None:
            raise UsageError("--continue and --session are mutually exclusive")

    def keeper(self, output: Output) -> Keeper:
        """Open the session, if one is named; return its keeper.

        Raises:
            CommandError: The session does not exist, is open in another process, or cannot be read
                by this release.
            OSError: Its file cannot be read or written.
        """
        from .keeper import Keeper

        is_named = self.continue_last or self.session is not None
        saving = (is_named or current_config().save) if self.save is None else self.save
        keeper = Keeper(output, saving=saving)
        if self.continue_last:
            keeper.load(keeper.sessions.latest())
        elif self.session is not None:
            keeper.load(self.session, create=True)
        return keeper


def complete_name(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the sessions whose names begin with a text, for completion in a shell."""
    from .folder import Sessions

    return [name for name in reversed(Sessions().names()) if name.startswith(incomplete)]


_OPTIONS: Final = (
    click.option(
        "-c",
        "--continue",
        "continue_last",
        is_flag=True,
        help='Continue the last conversation, for example mistralai chat -c "And in French?"',
    ),
    click.option(
        "--session",
        metavar="NAME",
        shell_complete=complete_name,
        help="Continue the conversation of this name, or begin it, for example --session rome.",
    ),
    click.option(
        "--save/--no-save",
        default=None,
        help="Keep this conversation on disk or not, for example --no-save. [default: save, or as"
        " in config.toml]",
    ),
)


def session_options(command: Callable[Concatenate[SessionOptions, P], R]) -> Callable[P, R]:
    """Add the options of a `SessionOptions`."""
    return passed_as(SessionOptions, _OPTIONS, command)
