"""Conversations in memory: questions, answers, and the tabs that wait for news.

A conversation is a list of turns, each a question and its answer. A turn is running or has ended;
only the last one runs. An answer has parts: each is a log of the relay, a retry begins the first
one again, and going on after a cut adds one. `version` grows with every change but the text of the
part that runs, which readers follow in its log.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import anyio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..frames import End, EndStatus

MAX_CONVERSATIONS: Final = 200
MAX_CHARACTERS: Final = 32 * 1024 * 1024
"""Of all conversations: the least recently used ones are forgotten."""

TurnStatus: TypeAlias = "Literal['running'] | EndStatus"


@dataclass(slots=True)
class Turn:
    """A question and its answer, as far as its parts have ended.

    Attributes:
        question: The question.
        model: The model that answers.
        attempt: Counts retries, whose earlier text is no longer shown.
        text: The text of the answer.
        thinking: The thinking.
        calls: The tool calls that the model asks for, as text.
        status: How the answer stands.
        error: A sentence, where the answer is not whole.
        finish: Why the model ended, as the server sent it.
        usage: The tokens of all parts, prompt and completion; `None` if no server told.
        content: The answer as the content of a message, if it is more than its text.
        stream: The key of the part that runs.
    """

    question: str
    model: str
    attempt: int = 0
    text: str = ""
    thinking: str = ""
    calls: list[str] = field(default_factory=list[str])
    status: TurnStatus = "running"
    error: str = ""
    finish: str | None = None
    usage: tuple[int, int] | None = None
    content: Any = None
    stream: str | None = None

    def restart(self, model: str) -> None:
        """Forget the answer, to ask again."""
        self.model = model
        self.attempt += 1
        self.text = self.thinking = ""
        self.content = self.usage = None

    def begin(self, key: str) -> None:
        """Let a part of the answer begin."""
        self.status = "running"
        self.stream = key
        self.error = ""
        self.finish = None
        self.calls = []

    def end(self, end: End, sentence: str) -> None:
        """Let the part end, with a sentence about its error if there was one."""
        self.status = end.status
        self.stream = None
        if end.status not in {"ended", "stopped"}:
            self.error = sentence or end.message or f"The answer is {end.status}."

    def count(self, prompt: int, completion: int) -> None:
        """Add the tokens of a part."""
        before = self.usage or (0, 0)
        self.usage = (before[0] + prompt, before[1] + completion)

    @property
    def size(self) -> int:
        """The characters that it keeps."""
        return len(self.question) + 2 * len(self.text) + len(self.thinking)

    def as_json(self) -> dict[str, Any]:
        """Return what the page shows."""
        usage = self.usage and {"prompt": self.usage[0], "completion": self.usage[1]}
        return {
            "question": self.question,
            "model": self.model,
            "attempt": self.attempt,
            "text": self.text,
            "thinking": self.thinking,
            "calls": self.calls,
            "status": self.status,
            "error": self.error,
            "finish": self.finish,
            "usage": usage,
            "stream": self.stream,
        }


class Conversation:
    """A conversation, and those who wait for news of it.

    Attributes:
        id: Its id, which nobody can guess.
        turns: The turns.
        version: Grows with every change.
        parts: The number of logs so far.
    """

    def __init__(self) -> None:
        self.id = secrets.token_urlsafe(12)
        self.turns: list[Turn] = []
        self.version = 1
        self.parts = 0
        self._news = anyio.Event()

    @property
    def is_running(self) -> bool:
        """True if an answer is being written."""
        return bool(self.turns) and self.turns[-1].status == "running"

    @property
    def size(self) -> int:
        """The characters that it keeps."""
        return sum(turn.size for turn in self.turns)

    def next_key(self) -> str:
        """Return a key for the log of a part."""
        self.parts += 1
        return f"{self.id}-{self.parts}"

    def changed(self) -> None:
        """Tell those who wait."""
        self.version += 1
        self.wake()

    def wake(self) -> None:
        """Let those who wait look again."""
        news, self._news = self._news, anyio.Event()
        news.set()

    async def wait(self, version: int, longest: float) -> None:
        """Wait until the version is another one, at most `longest` seconds."""
        if self.version == version:
            with anyio.move_on_after(longest):
                await self._news.wait()

    def messages(self, turn: Turn) -> list[Mapping[str, Any]]:
        """Return the messages that lead to a turn's answer.

        Questions that have no answer are left out, because the API wants them in turns.
        """
        before = self.turns[: self.turns.index(turn)]
        messages = [message for each in before for message in _messages(each)]
        return [*messages, {"role": "user", "content": turn.question}]

    def as_json(self) -> dict[str, Any]:
        """Return what the page shows."""
        turns = [turn.as_json() for turn in self.turns]
        return {"id": self.id, "version": self.version, "turns": turns}


def _messages(turn: Turn) -> Iterator[Mapping[str, Any]]:
    if turn.text.strip():
        yield {"role": "user", "content": turn.question}
        yield {"role": "assistant", "content": turn.content or turn.text}


class Conversations:
    """The conversations of a page, the least recently used first."""

    def __init__(self) -> None:
        self._by_id: dict[str, Conversation] = {}

    def __iter__(self) -> Iterator[Conversation]:
        return iter([*self._by_id.values()])

    def create(self) -> Conversation:
        """Return a new conversation; forget old ones if there are too many."""
        conversation = Conversation()
        self._by_id[conversation.id] = conversation
        self._forget()
        return conversation

    def get(self, id_: str) -> Conversation | None:
        """Return a conversation, which is the most recently used one from then on."""
        conversation = self._by_id.pop(id_, None)
        if conversation is not None:
            self._by_id[id_] = conversation
        return conversation

    def _forget(self) -> None:
        size = sum(conversation.size for conversation in self)
        for conversation in list(self)[:-1]:
            if len(self._by_id) <= MAX_CONVERSATIONS and size <= MAX_CHARACTERS:
                return
            if not conversation.is_running:
                size -= conversation.size
                del self._by_id[conversation.id]
                conversation.wake()
