"""The state of a conversation: a plain list of messages, and its token usage.

Each change is a record. It is applied here and given to `keep`, which may write it to a file. The
records of a file, applied in their order to an empty conversation, are that conversation again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ..outcome import text_of
from .records import Answer, Question, Run, SystemPrompt, Undo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..outcome import Outcome, RunOutcome
    from .records import Record

Content: TypeAlias = str | list[dict[str, Any]]
"""The content of a question: its text, or chunks in the format of the API."""


@dataclass(slots=True)
class Usage:
    """Token counts; `None` if the server did not report them.

    Attributes:
        prompt: The tokens of all requests.
        completion: The tokens of all answers.
        by_answer: The model and the usage of each answer that has one, in the format of the API.
    """

    prompt: int | None = None
    completion: int | None = None
    by_answer: list[tuple[str | None, Mapping[str, Any]]] = field(
        default_factory=list["tuple[str | None, Mapping[str, Any]]"]
    )

    def add(self, model: str | None, used: Mapping[str, Any] | None) -> None:
        """Add the usage of an answer by a model."""
        if used is not None:
            self.by_answer.append((model, used))
            self.prompt = _sum(self.prompt, used.get("prompt_tokens"))
            self.completion = _sum(self.completion, used.get("completion_tokens"))


def _forget(_: Record) -> None:
    """Keep no record."""


@dataclass(slots=True)
class Conversation:
    """A conversation.

    Attributes:
        system: The system prompt, or an empty string.
        messages: The messages in the format of the API, without the system prompt.
        usage: The token usage so far, including removed answers.
        answers: The number of answers so far.
        model: The model of the last question, or an empty string.
        keep: Takes each change after it was made. It does not raise.
    """

    system: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    usage: Usage = field(default_factory=Usage)
    answers: int = 0
    model: str = ""
    keep: Callable[[Record], None] = _forget

    def messages_to_send(self) -> list[dict[str, Any]]:
        """Return the messages to send."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, *self.messages]

    def set_system(self, text: str) -> None:
        """Set the system prompt; an empty text removes it."""
        if text != self.system:
            self._change(SystemPrompt(text))

    def add_question(self, content: Content, model: str) -> None:
        """Add a question. It replaces one that has no answer, because the API requires turns."""
        self._change(Question({"role": "user", "content": content}, model))

    def add_answer(self, outcome: Outcome) -> None:
        """Add an answer, even if it is incomplete.

        An answer without text is not added, so that the question can be sent again.
        """
        stream = outcome.stream
        if stream is None:
            return
        message, usage = stream.message, stream.usage
        has_text = bool(text_of(message.content))
        self._change(
            Answer(
                message.model_dump(mode="json", by_alias=True) if has_text else None,
                stream.snapshot.model,
                stream.finish_reason,
                None if usage is None else usage.model_dump(mode="json", by_alias=True),
            )
        )

    def add_run(self, outcome: RunOutcome) -> None:
        """Add the messages of a run with tools, however it ended."""
        if outcome.run is not None:
            self._change(Run(outcome.messages, self.model, outcome.finish_reason, outcome.usage))

    def undo(self) -> Content | None:
        """Remove the last question with its answer; return the question, or `None`."""
        question = self.last_question
        if question is not None:
            self._change(Undo())
        return question

    @property
    def last_question(self) -> Content | None:
        """The content of the last question, or `None`."""
        questions = (message for message in reversed(self.messages) if message["role"] == "user")
        return next((message["content"] for message in questions), None)

    @property
    def is_unanswered(self) -> bool:
        """True if the last question has no answer."""
        return bool(self.messages) and self.messages[-1]["role"] == "user"

    @property
    def questions(self) -> int:
        """The number of questions."""
        return sum(message["role"] == "user" for message in self.messages)

    def apply(self, record: Record) -> None:
        """Apply a change without keeping it."""
        match record:
            case SystemPrompt(text):
                self.system = text
            case Question(message, model):
                if self.is_unanswered:
                    self.messages.pop()
                self.messages.append(message)
                self.model = model
            case Answer(message, model, _, usage):
                self.answers += 1
                self.usage.add(model, usage)
                if message is not None:
                    self.messages.append(message)
            case Run(messages, model, _, usage):
                self.answers += 1
                self.usage.add(model, usage)
                self.messages.extend(messages)
            case Undo():
                while self.messages and self.messages.pop()["role"] != "user":
                    pass

    def _change(self, record: Record) -> None:
        self.apply(record)
        self.keep(record)


def _sum(total: int | None, more: int | None) -> int | None:
    return total if more is None else (total or 0) + more
