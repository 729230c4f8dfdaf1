"""Ask a row: its requests, by one client, until it has an outcome.

This is the seam between a run and its workers: a worker needs an `Asker`, whose argument (`Row`)
and result (`Outcome`) can be pickled.
"""

from __future__ import annotations

import inspect
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import anyio

from ..client import Timeouts, errors
from .contents import dumped, json_body, public_name, sentence, usage_of
from .outcomes import Outcome, RowError, RowTiming
from .rows import with_defaults
from .verdicts import Verdict, is_capacity, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..client import Mistral
    from ..client.models import ChatCompletionResponse, CompletionEvent
    from ..client.utils.eventstreaming import EventStreamAsync
    from .gate import Admission, Admitting
    from .limits import Limits
    from .rows import Row

INVALID: Final = "InvalidRow"
"""The type of the error of a row that was not sent."""

_OPTIONS: Final = frozenset(
    {
        "extra_body",
        "http_headers",
        "retries",
        "server_url",
        "stream",
        "strict_end",
        "timeout_ms",
        "timeouts",
    }
)
"""Keywords of a call that are not fields of its request."""

_FIRST_BACKOFF: Final = 0.5  # seconds
_LONGEST_BACKOFF: Final = 8.0  # seconds, where the server does not say how long
_SHORTEST_TIMEOUT: Final = 0.001  # seconds


def request_fields(client: Mistral) -> dict[str, bool]:
    """Return the names of the fields that a client knows, each with whether it is required."""
    parameters = inspect.signature(client.chat.stream_async).parameters
    return {
        name: parameter.default is parameter.empty
        for name, parameter in parameters.items()
        if name not in _OPTIONS
    }


class Asker:
    """Asks rows, with one client and within one gate.

    Args:
        client: The client. Its own retries are not used.
        defaults: Fields of every request that a row does not have.
        limits: The attempts and the timeout of a row.
        gate: The gate that all requests pass.
        clock: Returns seconds.
        sleep: Waits for seconds.
        randomness: Returns random numbers from 0 to 1.
    """

    def __init__(
        self,
        client: Mistral,
        defaults: Mapping[str, Any],
        limits: Limits,
        gate: Admitting,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = anyio.sleep,
        randomness: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._defaults = defaults
        self._limits = limits
        self._gate = gate
        self._clock = clock
        self._sleep = sleep
        self._randomness = randomness
        self._known = frozenset(request_fields(client))
        own = client.sdk_configuration.timeouts
        total = None if own is None else own.total
        self._total = total if isinstance(total, int | float) else limits.row_timeout
        self._first = self._timeouts(limits.row_timeout)

    async def ask(self, row: Row) -> Outcome:
        """Ask a row until it has an outcome. Failures of requests are outcomes.

        Raises:
            Exception: Something that is not a failure of the request, such as a bug in a hook of
                the client.
        """
        if row.problem is not None:
            return _invalid(row, row.problem)
        fields = with_defaults(row.body, self._defaults)
        asking = _Asking(row, *self._split(fields))
        admission = await self._gate.admit(fields)
        asking.began = self._clock()
        asking.deadline = asking.began + self._limits.row_timeout
        while True:
            outcome = await self._attempt(asking, admission)
            if outcome is not None:
                return outcome
            with anyio.move_on_after(asking.deadline - self._clock()):
                await self._sleep(asking.delay)
                admission = await self._gate.admit(fields)
                continue
            return self._failed(asking, asking.error, late=True)

    async def _attempt(self, asking: _Asking, admission: Admission) -> Outcome | None:
        """Send one request; return `None` if the row has to be asked again."""
        asking.requests += 1
        asking.stream = None
        try:
            async with self._open(asking) as stream:
                asking.stream = stream
                answer = await stream.get_final_completion()
        except errors.MistralClientError as error:
            return self._judge(asking, admission, error)
        except (TypeError, ValueError) as error:
            self._gate.left()
            if asking.stream is not None:
                raise
            return _invalid(asking.row, f"line {asking.row.number}: {_one_line(error)}")
        except BaseException:
            self._gate.left()
            raise
        asking.attempts += 1
        return self._answered(asking, admission, stream, answer)

    def _split(self, fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the fields that the client knows, and those that it does not."""
        if fields.keys() <= self._known:
            return fields, {}
        others = {name: value for name, value in fields.items() if name not in self._known}
        return {name: value for name, value in fields.items() if name in self._known}, others

    def _open(self, asking: _Asking) -> Any:
        return self._client.chat.stream_async(
            **cast("Any", asking.known),
            extra_body=asking.others or None,
            retries=None,
            timeouts=self._first
            if asking.requests == 1
            else self._timeouts(asking.deadline - self._clock()),
        )

    def _timeouts(self, left: float) -> Timeouts:
        """Return the timeouts of a request whose row has so many seconds left."""
        return Timeouts(total=min(max(_SHORTEST_TIMEOUT, left), self._total))

    def _answered(
        self,
        asking: _Asking,
        admission: Admission,
        stream: EventStreamAsync[CompletionEvent],
        answer: ChatCompletionResponse,
    ) -> Outcome:
        prompt, completion = usage_of(answer)
        self._gate.answered(admission, prompt + completion, completion)
        return Outcome(
            id=asking.row.id,
            number=asking.row.number,
            index=asking.row.index,
            status_code=200,
            request_id=stream.request_id,
            body=dumped(answer),
            attempts=asking.attempts,
            requests=asking.requests,
            timing=self._timing(asking),
            prompt_tokens=prompt,
            completion_tokens=completion,
            model=asking.known.get("model"),
        )

    def _judge(
        self, asking: _Asking, admission: Admission, error: errors.MistralClientError
    ) -> Outcome | None:
        asking.error = error
        if error.partial is not None and error.events_received:
            asking.partial = error.partial
        judged = verdict(error)
        retry_after = error.retry_after if isinstance(error, errors.SDKError) else None
        if judged is Verdict.REFUSED:
            self._gate.refused(admission, retry_after)
            asking.delay = 0.0  # the gate waits
            return None
        asking.attempts += 1
        if is_capacity(error):
            self._gate.lower()
        self._gate.answered(admission, 0, 0)
        if judged is not Verdict.AGAIN or asking.attempts >= self._limits.attempts:
            return self._failed(asking, error)
        asking.delay = self._delay(asking, retry_after)
        return None

    def _delay(self, asking: _Asking, retry_after: float | None) -> float:
        delay = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** (asking.attempts - 1))
        delay = max(delay, retry_after or 0.0)
        return delay * (1 + self._randomness() / 2)

    def _failed(
        self, asking: _Asking, error: errors.MistralClientError | None, *, late: bool = False
    ) -> Outcome:
        assert error is not None, "a row that is asked again has failed before"
        message = sentence(error)
        if late:
            message = f"no answer within {self._limits.row_timeout:g} s (row_timeout): {message}"
        code = error.error.code if isinstance(error, errors.SDKError) else None
        judged = verdict(error)
        fatal = judged in {Verdict.FATAL, Verdict.NO_MODEL}
        status = None if error.status_code == 200 else error.status_code
        return Outcome(
            id=asking.row.id,
            number=asking.row.number,
            index=asking.row.index,
            status_code=status,
            request_id=error.request_id,
            body=None if status is None else json_body(error.body),
            error=RowError(public_name(error), message, code),
            attempts=asking.attempts,
            requests=asking.requests,
            timing=self._timing(asking),
            partial=None if asking.partial is None else dumped(asking.partial),
            model=asking.known.get("model"),
            fatal=error if fatal else None,
            unknown_model=judged is Verdict.NO_MODEL,
        )

    def _timing(self, asking: _Asking) -> RowTiming:
        total = self._clock() - asking.began
        if asking.stream is None:
            return RowTiming(total=total)
        timing = asking.stream.timing
        return RowTiming(timing.first_content, timing.total, total)


@dataclass(slots=True)
class _Asking:
    """A row that is being asked.

    Attributes:
        row: The row.
        known: The fields of its request that the client knows.
        others: Those that it does not.
        began: The time of its first request.
        deadline: The time at which it fails.
        attempts: Requests sent, without those that were refused.
        requests: Requests sent.
        delay: The seconds to wait before the next one.
        stream: The stream of the last one, if it began.
        error: The error of the last one.
        partial: The last part of an answer that was received.
    """

    row: Row
    known: dict[str, Any]
    others: dict[str, Any]
    began: float = 0.0
    deadline: float = 0.0
    attempts: int = 0
    requests: int = 0
    delay: float = 0.0
    stream: EventStreamAsync[CompletionEvent] | None = None
    error: errors.MistralClientError | None = None
    partial: ChatCompletionResponse | None = None


def _invalid(row: Row, message: str) -> Outcome:
    error = RowError(INVALID, message)
    return Outcome(id=row.id, number=row.number, index=row.index, error=error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
