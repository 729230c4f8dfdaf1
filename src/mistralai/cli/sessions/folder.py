"""All sessions: files with the ending `.jsonl` in one folder, which only their owner can read."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ..escapes import one_line
from ..failure import UsageError
from ..folders import data_folder
from ..outcome import text_of
from .conversation import Conversation
from .file import complete_lines, open_session
from .records import SessionError, decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .file import SessionFile

_SUFFIX: Final = ".jsonl"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_LIST: Final = "`mistralai sessions list` lists them."


@dataclass(frozen=True, slots=True)
class Session:
    """A saved conversation, and when its file was last changed."""

    file: Path
    changed: datetime
    conversation: Conversation

    @property
    def name(self) -> str:
        """The name of the session."""
        return self.file.stem

    @property
    def title(self) -> str:
        """The first question, on one line."""
        messages = self.conversation.messages
        return one_line(text_of(messages[0]["content"])) if messages else ""


class Sessions:
    """The sessions in a folder, by default that of the platform.

    Args:
        folder: The folder, which need not exist.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder() / "sessions"

    def names(self) -> list[str]:
        """Return the names of all sessions, the one that was changed last at the end."""
        found: list[tuple[int, str]] = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # removed since the folder was read
                status = path.stat()
                if status.st_size and _NAME.fullmatch(path.stem):
                    found.append((status.st_mtime_ns, path.name))
        return [name.removesuffix(_SUFFIX) for _, name in sorted(found)]

    def latest(self) -> str:
        """Return the name of the session that was changed last.

        Raises:
            UsageError: There is none.
        """
        names = self.names()
        if not names:
            raise UsageError("there is no saved conversation to continue.")
        return names[-1]

    def read(self, name: str) -> Session:
        """Read a session, which may be open in another process.

        Raises:
            SessionError: It does not exist, or cannot be read by this release.
            OSError: Its file cannot be read.
        """
        path = self.path(name)
        try:
            data = complete_lines(path.read_bytes())
            changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        except FileNotFoundError:
            raise _missing(name) from None
        return Session(path, changed, conversation_of(data, name))

    def open(self, name: str) -> SessionFile:
        """Open a session, which is created if there is none of this name.

        Raises:
            SessionError: Another process has it open.
            OSError: Its file cannot be written.
        """
        return open_session(self.path(name))

    def create(self, at: datetime) -> SessionFile:
        """Create a session that is named after a time.

        Raises:
            OSError: Its file cannot be written.
        """
        base = at.strftime("%Y-%m-%d-%H%M%S")
        for name in self._free_names(base):
            try:
                return open_session(self.path(name), exclusive=True)
            except (FileExistsError, SessionError):
                continue
        raise AssertionError

    def find(self, name: str) -> Path:
        """Return the file of a session.

        Raises:
            SessionError: It does not exist.
        """
        path = self.path(name)
        if not path.exists():
            raise _missing(name)
        return path

    def remove(self, name: str) -> None:
        """Remove a session.

        Raises:
            SessionError: It does not exist, or another process has it open.
            OSError: Its file cannot be removed.
        """
        try:
            open_session(self.path(name), create=False).remove()
        except FileNotFoundError:
            raise _missing(name) from None

    def path(self, name: str) -> Path:
        """Return the file of a session, which need not exist.

        Raises:
            UsageError: The name cannot be one.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{one_line(name)!r} cannot be the name of a session.",
                "Use letters, digits, - and _, for example --session trip-to-rome.",
            )
        return self.folder / f"{name}{_SUFFIX}"

    @staticmethod
    def _free_names(base: str) -> Iterator[str]:
        yield base
        number = 2
        while True:
            yield f"{base}-{number}"
            number += 1


def conversation_of(data: bytes, name: str) -> Conversation:
    """Return the conversation of a file's bytes; see `records.decode` for the errors."""
    conversation = Conversation()
    for record in decode(data, name):
        conversation.apply(record)
    return conversation


def _missing(name: str) -> SessionError:
    """Return the error for a session that does not exist."""
    return SessionError(f"there is no session {name}.", _LIST)
