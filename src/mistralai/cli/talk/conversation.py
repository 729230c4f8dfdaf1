"""The state of a conversation: a plain list of messages, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..outcome import text_of

if TYPE_CHECKING:
    from ...client.models import UsageInfo
    from ..outcome import Outcome


@dataclass(slots=True)
class Usage:
    """Tokens; `None` where the server did not say."""

    prompt: int | None = None
    completion: int | None = None

    def add(self, used: UsageInfo | None) -> None:
        """Add what an answer cost."""
        if used is not None:
            self.prompt = _sum(self.prompt, used.prompt_tokens)
            self.completion = _sum(self.completion, used.completion_tokens)


@dataclass(slots=True)
class Conversation:
    """What was said.

    Attributes:
        system: What the model is told beforehand, or nothing.
        messages: The turns, as the API takes them; the system's message is not among them.
        usage: What it cost so far, answers that were taken back included.
        answers: How many answers there were.
    """

    system: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    usage: Usage = field(default_factory=Usage)
    answers: int = 0

    def request(self) -> list[dict[str, Any]]:
        """The messages to send."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, *self.messages]

    def asked(self, text: str) -> None:
        """Add what the user says. What had no answer is replaced: the API wants turns."""
        self.take_back()
        self.messages.append({"role": "user", "content": text})

    def answered(self, outcome: Outcome) -> None:
        """Add what came of an answer, also of one that was stopped.

        Of an answer without text nothing is added, so that the question may be asked again.
        """
        if outcome.stream is None:
            return
        self.answers += 1
        self.usage.add(outcome.stream.usage)
        message = outcome.stream.message
        if text_of(message.content):
            self.messages.append(message.model_dump(mode="json", by_alias=True))

    def take_back(self) -> str | None:
        """Remove a question that has no answer; give it."""
        if self.messages and self.messages[-1]["role"] == "user":
            content: str = self.messages.pop()["content"]
            return content
        return None

    def undo(self) -> str | None:
        """Remove the last question with its answer; give the question, or `None`."""
        while self.messages and self.messages[-1]["role"] != "user":
            self.messages.pop()
        return self.take_back()


def _sum(total: int | None, more: int | None) -> int | None:
    return total if more is None else (total or 0) + more
