"""Answers chosen by the request: the `[[cases]]` of a scenario file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from .bounds import AtLeastOne, check
from .jsonvalues import is_list, is_object
from .received import Request, unchecked_body
from .scenario import ScenarioLike

Role: TypeAlias = Literal["assistant", "system", "tool", "user"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A condition on a request. Every field that is set must match.

    Attributes:
        text: A part of the text of the last message, or of the prompt of fill-in-the-middle. In a
            conversation, the messages are the inputs of the request.
        role: The role of the last message.
        model: The model.
        question: A part of the text of the last message of the user.
        step: The number of the model's answer to that message, from 1: answers that call tools
            count.
    """

    text: str | None = None
    role: Role | None = None
    model: str | None = None
    question: str | None = None
    step: AtLeastOne | None = None

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            ValueError: A field has a value that is not allowed.
        """
        check(self)

    def matches(self, body: Mapping[str, Any]) -> bool:
        """Return whether a request with this body meets the condition."""
        messages = _messages(body)
        role, text = _last_input(body, messages)
        question, step = _turn(messages)
        return (
            (self.text is None or self.text in text)
            and self.role in {None, role}
            and self.model in {None, body.get("model")}
            and (self.question is None or self.question in question)
            and self.step in {None, step}
        )


@dataclass(frozen=True, slots=True)
class Cases:
    """The answers to the requests that meet a condition; the first case that matches counts.

    Attributes:
        cases: Conditions and their answers.
        otherwise: The answer to all other requests, also to those that are not valid JSON.
    """

    cases: tuple[tuple[When, ScenarioLike], ...]
    otherwise: ScenarioLike

    def __call__(self, request: Request) -> ScenarioLike:
        """Return the answer to a request."""
        body = unchecked_body(request)
        for when, answer in self.cases:
            if when.matches(body):
                return answer
        return self.otherwise


_ROLES: Final[Mapping[object, Role]] = {
    "message.output": "assistant",
    "function.call": "assistant",
    "function.result": "tool",
}
"""The roles of entries of a conversation that do not name one."""


def _messages(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the messages of a chat, or the inputs of a conversation as such messages."""
    inputs = body.get("inputs")
    if isinstance(inputs, str):
        return [{"role": "user", "content": inputs}]
    messages = inputs if is_list(inputs) else body.get("messages")
    found = [each for each in messages if is_object(each)] if is_list(messages) else []
    return [
        {"role": _ROLES.get(each.get("type")), "content": each.get("result"), **each}
        for each in found
    ]


def _last_input(
    body: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]
) -> tuple[object, str]:
    """Return role and text of the last message; the role of a prompt is `None`."""
    if not messages:
        prompt = body.get("prompt")
        return None, prompt if isinstance(prompt, str) else ""
    return messages[-1].get("role"), _text(messages[-1])


def _turn(messages: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    """Return the text of the last message of the user, and the number of the next answer to it."""
    step = 1
    for message in reversed(messages):
        role = message.get("role")
        if role == "user":
            return _text(message), step
        step += role == "assistant" and not message.get("prefix")
    return "", step


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    chunks = content if is_list(content) else [{"text": content}]
    texts = [chunk.get("text") for chunk in chunks if is_object(chunk)]
    return "".join(text for text in texts if isinstance(text, str))
