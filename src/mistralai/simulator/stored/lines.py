"""The lines of a batch: requests, and the results of their answers."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ..answers import Answer, End, Pause, Wire
from ..jsonvalues import compact, is_object
from ..received import Request

Reply: TypeAlias = Callable[[Request], Answer | Wire]
"""Returns the answer to a request that came alone."""

_UNREADABLE: Final = "The answer is not a whole JSON answer"


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a batch.

    Attributes:
        body: The body that the endpoint takes.
        custom_id: The caller's id.
    """

    body: dict[str, Any]
    custom_id: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one request.

    Attributes:
        line: The result as JSON.
        error: The message of a failed request; `None` for an answer.
    """

    line: dict[str, Any]
    error: str | None


class InvalidLineError(Exception):
    """A line of an input file is not a request."""


def lines_of(content: bytes) -> Iterator[Line]:
    """Yield the requests of an input file.

    Raises:
        InvalidLineError: A line is not one; the message says which.
    """
    for number, text in enumerate(content.split(b"\n"), start=1):
        if text.strip():
            try:
                yield line_of(json.loads(text))
            except (ValueError, RecursionError) as error:
                raise InvalidLineError(f"line {number}: {error}") from None


def line_of(value: Any) -> Line:
    """Return the request that a JSON value describes.

    Raises:
        ValueError: The value is not a request.
    """
    body = value.get("body") if is_object(value) else None
    custom_id = value.get("custom_id") if is_object(value) else None
    if is_object(body) and isinstance(custom_id, str | None):
        return Line(body, custom_id)
    raise ValueError("a request is an object with a body and, as text, a custom_id")


def first_repeated(lines: Iterable[Line]) -> str | None:
    """Return the first `custom_id` that two lines have, or `None`."""
    seen: set[str] = set()
    for line in lines:
        if line.custom_id in seen:
            return line.custom_id
        if line.custom_id is not None:
            seen.add(line.custom_id)
    return None


def result_of(line: Line, result_id: str, answer: Answer | Wire) -> Result:
    """Return the result of a request from the answer to it.

    Args:
        line: The request.
        result_id: The id of the result.
        answer: The answer that the request would have got alone.
    """
    body = _body_of(answer)
    status = answer.status if isinstance(answer, Answer) else 502
    error = None
    if body is None:
        status, error = 502, _UNREADABLE
    elif status >= 400:
        error = compact(body).decode()
    return Result(
        {
            "id": result_id,
            "custom_id": line.custom_id,
            "response": {"status_code": status, "body": body},
            "error": None if error is None else {"message": error},
        },
        error,
    )


def _body_of(answer: Answer | Wire) -> Any:
    """Return the JSON of an answer; `None` if it is not whole."""
    if not isinstance(answer, Answer) or answer.ending not in {"clean", "close"}:
        return None
    content = bytearray()
    for step in answer.body:
        if isinstance(step, bytes):
            content += step
        elif isinstance(step, End) and step.ending in {"clean", "close"}:
            break
        elif not isinstance(step, Pause):
            return None
    try:
        return json.loads(content)
    except ValueError:
        return None
