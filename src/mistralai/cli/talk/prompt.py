"""The prompt: input of several lines, with a history and completion of commands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.output import create_output

from ..folders import make_folder, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyPressEvent

_PRIVATE: Final = 0o600


class Prompt:
    """A prompt for the user's input.

    Args:
        commands: The commands to complete, each with its `/`.
        terminal: Where it is shown.
    """

    def __init__(self, commands: Sequence[str], terminal: TextIO) -> None:
        self._session = PromptSession[str](
            history=_history(),
            multiline=True,
            prompt_continuation=". ",
            completer=_CommandCompleter(commands),
            complete_while_typing=False,
            key_bindings=_keys(),
            output=create_output(terminal),
        )

    def ask(self) -> str:
        """Read the user's input.

        Raises:
            EOFError: Ctrl-D on an empty line.
            KeyboardInterrupt: Ctrl-C.
        """
        return self._session.prompt("> ")


class _CommandCompleter(Completer):
    """A completer for commands at the beginning of a line."""

    def __init__(self, commands: Sequence[str]) -> None:
        self._commands = commands

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's signature
    ) -> Iterable[Completion]:
        """Yield the commands that begin with the text."""
        text = document.text_before_cursor
        for command in self._commands:
            if text.startswith("/") and command.startswith(text):
                yield Completion(command, start_position=-len(text))


def _keys() -> KeyBindings:
    """Return key bindings with which Enter sends, and Alt-Enter starts a new line."""
    keys = KeyBindings()

    @keys.add("enter")
    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _history() -> History:
    """Return the history of all sessions, or of this one alone if no file can be written."""
    path = state_folder() / "history"
    try:
        make_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _PRIVATE))
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)
