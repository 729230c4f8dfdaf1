"""The results of a batch job: a line of its output or error file becomes the outcome of a row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError

from ...client import errors
from ...client.models import ChatCompletionResponse
from ..contents import dumped, json_body, usage_of
from ..outcomes import Outcome, RowError, RowTiming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...client.models import BatchJob
    from .waiting import Waiter

NO_RESULT: Final = "NoResult"
"""The type of the error of a row that is not in the results of its job."""

_CAPACITY: Final = "3505"
_CLASSES: Final[Mapping[int, type[errors.MistralError]]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.HTTPValidationError,
    429: errors.RateLimitError,
}
_SENTENCES: Final = ("message", "msg", "detail", "error")
"""The fields of an error that may have its sentence, or an object with it."""


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the results.

    Attributes:
        id: The id of the row.
        status: The HTTP status of its answer, or `None`.
        request_id: The API's id of its request, or `None`.
        body: The content of its answer.
        error: What went wrong, in whichever form, or `None`.
    """

    id: str
    status: int | None
    request_id: str | None
    body: Any
    error: Any

    @property
    def failed(self) -> bool:
        """True if the row has no answer."""
        refused = self.status is not None and self.status >= HTTPStatus.BAD_REQUEST
        return self.error is not None or refused


def parse_result(line: bytes) -> Result | None:
    """Read a line of the results; return `None` for one that names no row."""
    try:
        value: Any = json.loads(line)
        row_id = value["custom_id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(row_id, str):
        return None
    response: Any = value.get("response")
    fields = cast("dict[str, Any]", response) if isinstance(response, dict) else {}
    status, request_id = fields.get("status_code"), fields.get("request_id")
    return Result(
        row_id,
        status if isinstance(status, int) else None,
        request_id if isinstance(request_id, str) else None,
        fields.get("body"),
        value.get("error"),
    )


def outcome_of(result: Result, waiter: Waiter, job: BatchJob) -> Outcome:
    """Return the outcome of a row that has a result."""
    if result.failed:
        return _failed(result, waiter, job)
    try:
        answer = ChatCompletionResponse.model_validate(result.body)
    except ValidationError as error:
        name, shown = errors.ResponseValidationError.__name__, str(error).splitlines()[0]
        message = f"the result of the row is not an answer: {shown}"
        return _outcome(waiter, job, result, error=RowError(name, message))
    prompt, completion = usage_of(answer)
    return _outcome(
        waiter,
        job,
        result,
        body=dumped(answer),
        prompt_tokens=prompt,
        completion_tokens=completion,
    )


def no_result(waiter: Waiter, job: BatchJob) -> Outcome:
    """Return the outcome of a row that its job has no result for."""
    message = f"the batch job {job.id} ended without a result for the row; ask it again"
    return Outcome(
        id=waiter.id,
        number=waiter.number,
        index=waiter.index,
        error=RowError(NO_RESULT, message),
        attempts=1,
        requests=1,
        timing=_timing(job),
        model=job.model,
    )


def _failed(result: Result, waiter: Waiter, job: BatchJob) -> Outcome:
    said = _sentence(result.body) or _sentence(result.error)
    code = _code(result.body) or _code(result.error)
    name = _class_of(result.status, code).__name__
    error = RowError(name, said or f"the row failed with status {result.status}", code)
    body = json_body(json.dumps(result.body))
    return _outcome(waiter, job, result, body=body, error=error)


def _outcome(waiter: Waiter, job: BatchJob, result: Result, **fields: Any) -> Outcome:
    status = result.status
    if status is None and "error" not in fields:
        status = HTTPStatus.OK.value
    return Outcome(
        id=waiter.id,
        number=waiter.number,
        index=waiter.index,
        status_code=status,
        request_id=result.request_id,
        attempts=1,
        requests=1,
        timing=_timing(job),
        model=job.model,
        **fields,
    )


def _timing(job: BatchJob) -> RowTiming:
    """Return the times of a row: it takes as long as its job."""
    began, ended = job.created_at, job.completed_at
    if not isinstance(began, int) or not isinstance(ended, int):  # also where it is not a number
        return RowTiming()
    return RowTiming(total=float(max(0, ended - began)))


def _class_of(status: int | None, code: str | None) -> type[errors.MistralError]:
    if code == _CAPACITY:
        return errors.CapacityExceededError
    if status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.InternalServerError
    return errors.SDKError if status is None else _CLASSES.get(status, errors.SDKError)


def _sentence(value: object) -> str:
    """Return the sentence in an error of the API, in whichever form; empty if there is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_sentence, cast("list[object]", value))))
    if not isinstance(value, dict):
        return ""
    fields = cast("dict[str, object]", value)
    return next(filter(None, (_sentence(fields.get(name)) for name in _SENTENCES)), "")


def _code(value: object) -> str | None:
    code = cast("dict[str, Any]", value).get("code") if isinstance(value, dict) else None
    return str(code) if isinstance(code, str | int) else None
