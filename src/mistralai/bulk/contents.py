"""The parts of an answer or an error of the client that the outcome of a row keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ..client import errors

if TYPE_CHECKING:
    from ..client.models import ChatCompletionResponse

_LARGEST_BODY: Final = 10_000  # characters of the body of an error


def usage_of(answer: ChatCompletionResponse) -> tuple[int, int]:
    """Return the tokens of the prompt and of the answer; 0 if the server gives no number."""
    usage = answer.usage
    if usage is None:
        return 0, 0
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    return (
        prompt if isinstance(prompt, int) else 0,
        completion if isinstance(completion, int) else 0,
    )


def dumped(answer: ChatCompletionResponse) -> str:
    """Return an answer, or the part of one, as JSON on one line."""
    try:
        return answer.model_dump_json()
    except ValueError:  # half a character, which UTF-8 cannot hold
        return json.dumps(answer.model_dump(), separators=(",", ":"), default=str)


def json_body(body: str) -> str | None:
    """Return the body of an error as JSON on one line, or `None` if it is not an object."""
    if len(body) > _LARGEST_BODY:
        return None
    try:
        value: object = json.loads(body)
    except ValueError:
        return None
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else None


def sentence(error: errors.MistralClientError) -> str:
    """Return the API's own sentence if there is one: the line has its status and its body."""
    if isinstance(error, errors.SDKError) and error.error.message:
        return error.error.message
    return error.message


def public_name(error: errors.MistralClientError) -> str:
    """Return the name of the error's class in `mistralai.errors`: it may be of a private one."""
    names = ((cls, cls.__name__) for cls in type(error).__mro__)
    return next(name for cls, name in names if cls is getattr(errors, name, None))
