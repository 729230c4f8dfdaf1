"""Answers chosen by the request: the `[[cases]]` of a scenario file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .jsonvalues import is_list, is_object
from .received import Request, unchecked_body
from .scenario import ScenarioLike

Role: TypeAlias = Literal["assistant", "system", "tool", "user"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A condition on a request. Every field that is set must match.

    Attributes:
        text: A part of the text of the last message, or of the prompt of fill-in-the-middle.
        role: The role of the last message.
        model: The model.
    """

    text: str | None = None
    role: Role | None = None
    model: str | None = None

    def matches(self, body: Mapping[str, Any]) -> bool:
        """Return whether a request with this body meets the condition."""
        role, text = _last_input(body)
        return (
            (self.text is None or self.text in text)
            and self.role in {None, role}
            and self.model in {None, body.get("model")}
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


def _last_input(body: Mapping[str, Any]) -> tuple[object, str]:
    """Return role and text of the last message; the role of a prompt is `None`."""
    messages = body.get("messages")
    if not is_list(messages) or not messages or not is_object(messages[-1]):
        prompt = body.get("prompt")
        return None, prompt if isinstance(prompt, str) else ""
    last = messages[-1]
    content = last.get("content")
    chunks = content if is_list(content) else [{"text": content}]
    texts = [chunk.get("text") for chunk in chunks if is_object(chunk)]
    return last.get("role"), "".join(text for text in texts if isinstance(text, str))
