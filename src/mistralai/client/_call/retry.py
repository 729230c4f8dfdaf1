"""Whether a call is tried again, and after how long.

Nothing here waits, looks at a clock or throws dice: the flow gives it the time
and a random number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..errors import (
    CapacityExceededError,
    InternalServerError,
    MistralClientError,
    RateLimitError,
    SDKError,
)
from ..types.unset import Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT: Final = 60.0
"""Seconds: a longer wait is not begun, so that no worker sleeps for an hour at a server's word."""

RETRIED: Final = ("408", "429", "500", "502", "503", "504")
"""Statuses that are tried again; 409 joins them where the answer has a `Retry-After`."""


class BackoffStrategy:
    """How the wait between two attempts grows. All times in milliseconds.

    A `Retry-After` of the server takes the place of the computed interval; jitter is
    added to both, as far as the limits allow.
    """

    def __init__(
        self,
        initial_interval: int,
        max_interval: int,
        exponent: float,
        max_elapsed_time: int,
        jitter_ms: int | None = None,
    ) -> None:
        """Describe the growth.

        Args:
            initial_interval: The first wait.
            max_interval: The longest wait, jitter included; a `Retry-After` may ask for more.
            exponent: What each wait is multiplied by to give the next.
            max_elapsed_time: Since the call began; no wait goes past it.
            jitter_ms: A random part of this is added to each wait, never taken off;
                500 by default.

        Raises:
            ValueError: `jitter_ms` is negative.
        """
        if jitter_ms is not None and jitter_ms < 0:
            raise ValueError(f"jitter_ms is {jitter_ms}; give 0 or more milliseconds")
        self.initial_interval = initial_interval
        self.max_interval = max_interval
        self.exponent = exponent
        self.max_elapsed_time = max_elapsed_time
        self.jitter_ms = jitter_ms

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({values})"


class RetryConfig:
    """Retry until `backoff.max_elapsed_time` has passed, without counting."""

    def __init__(
        self,
        strategy: str,
        backoff: BackoffStrategy,
        retry_connection_errors: bool,
        status_codes_override: list[str] | None = None,
    ) -> None:
        """Describe when to retry.

        Args:
            strategy: `"backoff"`, or `"none"` for no retries at all.
            backoff: How long to wait.
            retry_connection_errors: Whether to try again when there was no answer.
            status_codes_override: Statuses to retry in place of 408, 429, 500, 502, 503
                and 504, such as `["429", "5XX"]`; any status will do.
        """
        self.strategy = strategy
        self.backoff = backoff
        self.retry_connection_errors = retry_connection_errors
        self.status_codes_override = status_codes_override

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({values})"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a `retries=` or `retry_config=` comes to. Times in seconds."""

    retries: int | None = 2
    initial: float = 0.5
    longest: float = 8.0
    exponent: float = 2.0
    max_elapsed: float | None = None
    jitter: float = 0.5
    connection_errors: bool = True
    statuses: tuple[str, ...] = RETRIED

    @classmethod
    def of(cls, *settings: RetryConfig | int | Unset | None, name: str = "retries") -> Policy:
        """The policy of the first setting that says something.

        Args:
            settings: A number of retries, a `RetryConfig`, `None` for no retries,
                or `UNSET` to ask the next one.
            name: What an error calls the setting.

        Raises:
            TypeError: A setting is none of these.
            ValueError: A number of retries is negative.
        """
        for setting in settings:
            if setting is None:
                return cls(retries=0)
            if isinstance(setting, RetryConfig):
                return cls._of_config(setting)
            if isinstance(setting, Unset):
                continue
            if isinstance(setting, bool) or not isinstance(setting, int):
                raise TypeError(f"{name} takes a RetryConfig, an int or None, not {setting!r}")
            if setting < 0:
                raise ValueError(f"{name} is {setting}; give 0 or more")
            return cls(retries=setting)
        return cls()

    @classmethod
    def _of_config(cls, config: RetryConfig) -> Policy:
        backoff = config.backoff
        return cls(
            retries=0 if config.strategy == "none" else None,
            initial=backoff.initial_interval / 1000,
            longest=backoff.max_interval / 1000,
            exponent=backoff.exponent,
            max_elapsed=backoff.max_elapsed_time / 1000,
            jitter=0.5 if backoff.jitter_ms is None else backoff.jitter_ms / 1000,
            connection_errors=config.retry_connection_errors,
            statuses=tuple(map(_pattern, config.status_codes_override or RETRIED)),
        )

    def wants(self, error: MistralClientError) -> bool:
        """Whether an error is one to try again after, time and number aside."""
        if isinstance(error, SDKError):
            return self._wants_status(_status(error), error.retry_after)
        from ..errors.httpvalidationerror import HTTPValidationError  # which loads pydantic

        if isinstance(error, HTTPValidationError):
            return self._wants_status(422, None)
        return error.retryable and self.connection_errors

    def _wants_status(self, status: int | None, retry_after: float | None) -> bool:
        if status is None:
            return False
        if status == 409 and retry_after is not None:
            return True
        return str(status) in self.statuses or f"{status // 100}XX" in self.statuses

    def delay(self, retries: int, retry_after: float | None, chance: float) -> float:
        """Seconds to wait before the next attempt.

        Chance lengthens a wait, but not past 60 s, nor one of ours past the longest.

        Args:
            retries: Retries so far.
            retry_after: What the server asked for; 0 asks for nothing.
            chance: A random number, at least 0 and below 1.
        """
        wait = retry_after or self._backoff(retries)
        longest = LONGEST_WAIT if retry_after else min(self.longest, LONGEST_WAIT)
        return max(wait, min(wait + chance * self.jitter, longest))

    def _backoff(self, retries: int) -> float:
        try:
            return min(self.initial * self.exponent**retries, self.longest)
        except OverflowError:
            return self.longest

    def may_wait(self, delay: float, elapsed: float, remaining: float | None) -> bool:
        """Whether a wait fits: the longest one, the elapsed time, what is left of the call."""
        within = self.max_elapsed is None or elapsed + delay <= self.max_elapsed
        return delay <= LONGEST_WAIT and within and delay < _or_for_ever(remaining)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that was sent.

    Attributes:
        status: The status of its answer, or `None` where there was none.
        reason: Why another one followed, or how the last one failed; `None` for success.
        delay: Seconds waited before the next one, or `None` where none followed.
    """

    status: int | None
    reason: str | None = None
    delay: float | None = None


def retry_after(headers: Mapping[str, str], wall_time: float) -> float | None:
    """Seconds that an answer asks to wait (RFC 9110, section 10.2.3), or `None`.

    Args:
        headers: Of the answer. `retry-after-ms`, which is exact, comes first.
        wall_time: Seconds since the epoch, for a `Retry-After` that is a date.
    """
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    from datetime import UTC  # these two are slow to load, and rarely needed
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(headers.get("retry-after", ""))
        if moment.tzinfo is None:  # the third form of an HTTP date does not name its zone
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - wall_time)
    except (ValueError, OverflowError):
        return None


def _status(error: SDKError) -> int | None:
    """The status of an error, or for one inside a stream the status that it stands for."""
    if error.status_code != 200:
        return error.status_code
    if error.error.status is not None:
        return error.error.status
    stands_for: dict[type[SDKError], int] = {
        RateLimitError: 429,
        CapacityExceededError: 503,
        InternalServerError: 500,
    }
    return stands_for.get(type(error))


def _pattern(code: object) -> str:
    """A status, or the hundred that `4xx` means; the first digit alone counts, as in SDK 3.7."""
    text = str(code).upper()
    return f"{text[:1]}XX" if "X" in text else text


def _or_for_ever(seconds: float | None) -> float:
    return float("inf") if seconds is None else seconds
