"""The current conversation, kept in a session.

Nothing is written before the first question; a conversation without a name then gets a session.
From then on each record is appended as it is made. A record that cannot be written does not end the
conversation. A keeper is in one of these states:

    OFF       saving is switched off: nothing is written
    CURRENT   every record is in the session, except those before the first question
    BEHIND    the last write failed, which was reported; records wait for the next one

`_keep` moves between CURRENT and BEHIND, and `close` tries a last time.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Self

from .conversation import Conversation
from .folder import Sessions, conversation_of
from .records import Question, encode, header

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..output import Output
    from .file import SessionFile
    from .records import Record

_HINT: Final = "--no-save keeps conversations off the disk."


class State(Enum):
    """The state of a keeper."""

    OFF = auto()
    CURRENT = auto()
    BEHIND = auto()


class Keeper:
    """Keeps a conversation on disk, unless saving is switched off.

    Args:
        output: Where a failure to save is reported, and the key that is masked.
        saving: Whether conversations are saved.
        sessions: All sessions.
        now: Returns the time.

    Attributes:
        sessions: All sessions.
        conversation: The current conversation.
    """

    def __init__(
        self,
        output: Output,
        *,
        saving: bool = True,
        sessions: Sessions | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.sessions = sessions or Sessions()
        self.conversation = Conversation(keep=self._keep)
        self._output = output
        self._state = State.CURRENT if saving else State.OFF
        self._now = now
        self._name: str | None = None
        self._file: SessionFile | None = None
        self._waiting: list[bytes] = []

    @property
    def name(self) -> str | None:
        """The name of the session, or `None` if it has none yet."""
        return self._name

    @property
    def saved_as(self) -> str | None:
        """The name of the session, or `None` unless every record is on disk."""
        has_records = self._file is not None and not self._file.is_empty
        return self._name if has_records and self._state is State.CURRENT else None

    def load(self, name: str, *, create: bool = False) -> Conversation:
        """Switch to a session.

        Args:
            name: The session's name.
            create: Whether to create it if it does not exist.

        Raises:
            CommandError: It does not exist, is open elsewhere, or cannot be read by this release.
            OSError: Its file cannot be read or written.
        """
        if name == self._name:
            return self.conversation
        path = self.sessions.path(name) if create else self.sessions.find(name)
        conversation, file = Conversation(), None
        if self._state is not State.OFF:
            file = self.sessions.open(name)
            try:
                conversation = conversation_of(file.read(), name)
            except BaseException:
                file.close()
                raise
        elif path.exists():
            conversation = self.sessions.read(name).conversation
        self.close()
        conversation.keep = self._keep
        self._name, self._file, self.conversation = name, file, conversation
        return conversation

    def close(self) -> None:
        """Release the session, after a last attempt to write what could not be written."""
        if self._state is State.BEHIND:
            with contextlib.suppress(OSError):
                self._write_waiting()
            self._state = State.CURRENT
        self._waiting.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keep(self, record: Record) -> None:
        """Append a record to the session, which is created first if there is none."""
        if self._state is State.OFF:
            return
        self._waiting.append(encode(record, self._time(), self._output.without_real_key))
        is_new = self._file is None or self._file.is_empty
        if is_new and not isinstance(record, Question) and self._state is State.CURRENT:
            return
        try:
            self._write_waiting()
        except OSError as error:
            if self._state is State.CURRENT:
                from ..failures import sentence

                self._output.say(f"mistralai: not saved: {sentence(error)}; {_HINT}")
            self._state = State.BEHIND
        else:
            self._state = State.CURRENT

    def _write_waiting(self) -> None:
        if not self._waiting:
            return
        if self._file is None:
            self._file = self.sessions.create(self._now().astimezone())
            self._name = self._file.path.stem
        start = header(self._time()) if self._file.is_empty else b""
        self._file.append(start + b"".join(self._waiting))
        self._waiting.clear()

    def _time(self) -> str:
        """Return the local time in ISO 8601."""
        return self._now().astimezone().isoformat(timespec="seconds")
