"""The outcome of a row, which a worker returns, a program reads, and the output has as a line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..client.errors import MistralClientError
    from ..client.models import ChatCompletionResponse


@dataclass(frozen=True, slots=True)
class RowError:
    """The reason why a row failed.

    Attributes:
        type: The class of the error, such as `"BadRequestError"`; `"InvalidRow"` for a row that
            was not sent.
        message: A sentence that says what happened.
        code: The API's own code, such as `"3051"`, or `None`.
    """

    type: str
    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class RowTiming:
    """The times of a row, in seconds.

    Attributes:
        ttft: From the request of the last attempt to its first token; `None` without one.
        answer: From the request of the last attempt to its end; `None` without one.
        total: From the first attempt to the end of the last, waits included.
    """

    ttft: float | None = None
    answer: float | None = None
    total: float = 0.0


@dataclass(frozen=True)  # no slots: `response` is cached
class Outcome:
    """A finished row. It can be pickled.

    Attributes:
        id: The row's `custom_id`.
        number: The number of the row's line, from 1.
        index: The row's place in the input, from 0.
        status_code: The HTTP status of the last answer; `None` without one.
        request_id: The API's id of the last request, to quote in a report.
        body: The JSON of the answer, or of the error that the API answered with, or `None`.
        error: The reason of the failure; `None` for a success.
        attempts: Requests sent, without those that were over the rate limit.
        requests: Requests sent, with those.
        timing: The times of the row.
        partial: The JSON of the part of an answer that was received before it broke off.
        prompt_tokens: Tokens of the prompt; 0 if the server does not say.
        completion_tokens: Tokens of the answer; 0 if the server does not say.
        model: The model that was asked.
        fatal: The error of a failure that other rows would have as well: it stops the run.
        unknown_model: True if that is because of the model: rows of another one may succeed.
    """

    id: str
    number: int
    index: int
    status_code: int | None = None
    request_id: str | None = None
    body: str | None = None
    error: RowError | None = None
    attempts: int = 0
    requests: int = 0
    timing: RowTiming = RowTiming()
    partial: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model: str | None = None
    fatal: MistralClientError | None = None
    unknown_model: bool = False

    @property
    def succeeded(self) -> bool:
        """True if the row has a complete answer, which may be empty."""
        return self.error is None

    @cached_property
    def response(self) -> ChatCompletionResponse | None:
        """The answer; `None` for a row that failed."""
        return None if self.error is not None else _response(self.body)

    @cached_property
    def partial_response(self) -> ChatCompletionResponse | None:
        """The part of an answer that was received before it broke off, or `None`."""
        return _response(self.partial)

    @property
    def text(self) -> str:
        """The text of the first choice, without thinking; empty for a row that failed."""
        if self.response is None or not self.response.choices:
            return ""
        message = self.response.choices[0].message
        content = None if message is None else message.content
        if isinstance(content, list):
            return "".join(str(getattr(chunk, "text", "")) for chunk in content)
        return content or ""

    def line(self) -> bytes:
        """Return the row as a line of the output, in the form of Mistral's batch results."""
        response = "null"
        if self.status_code is not None:
            response = (
                f'{{"status_code":{self.status_code},"request_id":{_json(self.request_id)},'
                f'"body":{self.body or "null"}}}'
            )
        error = "null" if self.error is None else _json(asdict(self.error))
        partial = "" if self.partial is None else f',"partial":{self.partial}'
        timing = self.timing
        text = (
            f'{{"id":"row-{self.number}","custom_id":{_json(self.id)},"response":{response},'
            f'"error":{error},"attempts":{self.attempts},"timing":{{"ttft":{_seconds(timing.ttft)},'
            f'"answer":{_seconds(timing.answer)},"total":{_seconds(timing.total)}}}{partial}}}\n'
        )
        return text.encode()


_json: Final = json.JSONEncoder(separators=(",", ":")).encode  # `dumps` would make one per call


def _seconds(value: float | None) -> str:
    return "null" if value is None else repr(round(value, 6))


def _response(text: str | None) -> ChatCompletionResponse | None:
    if text is None:
        return None
    from ..client.models import ChatCompletionResponse

    return ChatCompletionResponse.model_validate_json(text)
