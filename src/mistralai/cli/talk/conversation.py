"""The state of a conversation: a plain list of messages, and its token usage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ..outcome import text_of

if TYPE_CHECKING:
    from ...client.models import UsageInfo
    from ..outcome import Outcome

Content: TypeAlias = str | list[dict[str, Any]]
"""The content of a question: its text, or chunks in the format of the API."""


@dataclass(slots=True)
class Usage:
    """Token counts; `None` if the server did not report them.

    Attributes:
        prompt: The tokens of all requests.
        completion: The tokens of all answers.
        by_answer: The model and the usage of each answer that has one.
    """

    prompt: int | None = None
    completion: int | None = None
    by_answer: list[tuple[str | None, UsageInfo]] = field(
        default_factory=list["tuple[str | None, UsageInfo]"]
    )

    def add(self, model: str | None, used: UsageInfo | None) -> None:
        """Add the usage of an answer by a model."""
        if used is not None:
            self.by_answer.append((model, used))
            self.prompt = _sum(self.prompt, used.prompt_tokens)
            self.completion = _sum(self.completion, used.completion_tokens)


@dataclass(slots=True)
class Conversation:
    """A conversation.

    Attributes:
        system: The system prompt, or an empty string.
        messages: The messages in the format of the API, without the system prompt.
        usage: The token usage so far, including removed answers.
        answers: The number of answers so far.
    """

    system: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    usage: Usage = field(default_factory=Usage)
    answers: int = 0

    def messages_to_send(self) -> list[dict[str, Any]]:
        """Return the messages to send."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, *self.messages]

    def add_question(self, content: Content) -> None:
        """Add a question. It replaces one that has no answer, because the API requires turns."""
        self.remove_unanswered()
        self.messages.append({"role": "user", "content": content})

    def add_answer(self, outcome: Outcome) -> None:
        """Add an answer, even if it is incomplete.

        An answer without text is not added, so that the question can be sent again.
        """
        if outcome.stream is None:
            return
        self.answers += 1
        self.usage.add(outcome.stream.snapshot.model, outcome.stream.usage)
        message = outcome.stream.message
        if text_of(message.content):
            self.messages.append(message.model_dump(mode="json", by_alias=True))

    def remove_unanswered(self) -> Content | None:
        """Remove and return the last question if it has no answer."""
        if self.messages and self.messages[-1]["role"] == "user":
            content: Content = self.messages.pop()["content"]
            return content
        return None

    def undo(self) -> Content | None:
        """Remove the last question with its answer; return the question, or `None`."""
        while self.messages and self.messages[-1]["role"] != "user":
            self.messages.pop()
        return self.remove_unanswered()


def _sum(total: int | None, more: int | None) -> int | None:
    return total if more is None else (total or 0) + more
