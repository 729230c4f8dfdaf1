"""`mistralai sessions`: saved conversations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ..escapes import harmless, one_line
from ..failure import CommandError
from ..global_options import CommandGroup
from ..screen.table import write_rows
from ..sessions.choice import complete_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..output import Output
    from ..sessions.folder import Session

_EXAMPLES: Final = """\b
Examples:
  mistralai sessions list
  mistralai sessions search "travelling salesman"
  mistralai sessions show rome
  mistralai sessions export rome rome.md
  mistralai sessions rm rome
  mistralai chat --session rome "And on Sunday?"
"""
_COLUMNS: Final = ("session", "changed", "questions", "model", "first question")
_MAX_TITLE: Final = 60  # characters


@click.group(cls=CommandGroup, epilog=_EXAMPLES)
def sessions() -> None:
    """List, show, search, export and remove saved conversations.

    `mistralai chat -c` continues the last one, and `--session NAME` any other.
    """


@sessions.command("list", epilog="\b\nExample:\n  mistralai sessions list --json | jq -r .[].name")
@click.option("--json", "as_json", is_flag=True, help="Write a JSON array of all sessions.")
@click.pass_obj
def list_(output: Output, *, as_json: bool) -> None:
    """List the sessions, the one that was changed last at the end."""
    found = [*_readable(output)]
    if as_json:
        output.write(f"{json.dumps([_fields(session) for session in found], indent=2)}\n")
    else:
        write_rows(output, _COLUMNS, map(_row, found))


@sessions.command(epilog="\b\nExample:\n  mistralai sessions show rome | less")
@click.argument("name", required=False, shell_complete=complete_name)
@click.pass_obj
def show(output: Output, name: str | None) -> None:
    """Show the session NAME, by default the last one, without thinking."""
    from ..sessions.folder import Sessions
    from ..talk.saving import as_markdown

    all_sessions = Sessions()
    session = all_sessions.read(name or all_sessions.latest())
    text = harmless(as_markdown(session.conversation))
    if output.is_terminal:
        from ..screen.painter import Painter

        painter = Painter(output.out, output.environment, colored=output.colored)
        columns, _ = output.size
        lines = painter.markdown(text, columns - 1)
        text = "".join(f"{line.text}\n" for line in lines)
    output.write(text)


@sessions.command(epilog="\b\nExample:\n  mistralai sessions search sunday")
@click.argument("text")
@click.pass_obj
def search(output: Output, text: str) -> None:
    """Search questions and answers for TEXT, in any case.

    Each match is a line: the session, who said it, and the words around it.
    """
    from ..sessions.search import matches

    is_found = False
    for session in _readable(output):
        for match in matches(session.conversation, text):
            is_found = True
            output.write(f"{session.name}\t{match.role}\t{match.excerpt}\n")
    if not is_found:
        raise CommandError(f"no session contains {one_line(text)!r}.")


@sessions.command(epilog="\b\nExample:\n  mistralai sessions export rome rome.md")
@click.argument("name", shell_complete=complete_name)
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@click.pass_obj
def export(output: Output, name: str, file: str | None) -> None:
    """Write the messages of the session NAME to FILE.

    A FILE that ends in .json is JSON in the format of the API, any other is Markdown. It must not
    exist. Without FILE the JSON is printed.
    """
    from ..sessions.folder import Sessions
    from ..talk.saving import as_json, save

    conversation = Sessions().read(name).conversation
    if file is None:
        output.write(as_json(conversation))
    else:
        save(conversation, Path(file), replace=False)


@sessions.command(
    epilog="\b\nExamples:\n  mistralai sessions rm rome trip-2\n  mistralai sessions rm --all --yes"
)
@click.argument("names", nargs=-1, shell_complete=complete_name)
@click.option("--all", "remove_all", is_flag=True, help="Remove all sessions.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask. A script is never asked.")
@click.pass_obj
def rm(output: Output, names: Sequence[str], *, remove_all: bool, yes: bool) -> None:
    """Remove the sessions NAMES. On a terminal this asks first."""
    from ..sessions.folder import Sessions
    from ..stdin import is_terminal

    if bool(names) == remove_all:
        raise click.UsageError("name the sessions to remove, or pass --all")
    all_sessions = Sessions()
    chosen = all_sessions.names() if remove_all else [*dict.fromkeys(names)]
    for name in chosen:
        all_sessions.find(name)
    what = chosen[0] if len(chosen) == 1 else f"{len(chosen)} sessions"
    if chosen and not yes and is_terminal():
        click.confirm(f"Remove {what}?", abort=True, err=True)
    for name in chosen:
        all_sessions.remove(name)
    output.note(f"removed {what}")


def _readable(output: Output) -> Iterator[Session]:
    """Yield the sessions, and note those that cannot be read."""
    from ..sessions.folder import Sessions

    all_sessions = Sessions()
    for name in all_sessions.names():
        try:
            yield all_sessions.read(name)
        except (CommandError, OSError) as error:
            from ..failures import sentence

            output.warn([sentence(error)])


def _row(session: Session) -> Sequence[str]:
    conversation = session.conversation
    return (
        session.name,
        session.changed.strftime("%Y-%m-%d %H:%M"),
        str(conversation.questions),
        one_line(conversation.model),
        session.title[:_MAX_TITLE],
    )


def _fields(session: Session) -> dict[str, object]:
    conversation = session.conversation
    return {
        "name": session.name,
        "changed": session.changed.isoformat(timespec="seconds"),
        "questions": conversation.questions,
        "model": conversation.model or None,
        "first_question": session.title,
        "file": str(session.file),
    }
