"""When to retry a call, and after which delay.

Nothing here waits, reads a clock or draws a random number: times and randomness are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
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
"""Seconds; a longer delay is not waited for, or a server could make a worker sleep for an hour."""

RETRIED: Final = ("408", "429", "500", "502", "503", "504")
"""Statuses that are retried; 409 is as well if the response has a `Retry-After`."""


class Repeats(Enum):
    """The failures after which a request may be sent again, beside what `Policy` allows."""

    ANY = "any"
    """After any failure: what the request does twice is as if it were done once."""

    UNSENT = "unsent"
    """Where nothing was sent, and after status 429: the request creates something."""

    NEVER = "never"
    """After none: its body can be read only once."""


class BackoffStrategy:
    """The delays between attempts, in milliseconds.

    A `Retry-After` of the server replaces the computed interval. Jitter is added to either, as
    far as the limits allow.
    """

    def __init__(
        self,
        initial_interval: int,
        max_interval: int,
        exponent: float,
        max_elapsed_time: int,
        jitter_ms: int | None = None,
    ) -> None:
        """Set the delays.

        Args:
            initial_interval: The first delay.
            max_interval: The longest delay, jitter included; a `Retry-After` may ask for more.
            exponent: The factor from each delay to the next.
            max_elapsed_time: The time since the call that no delay may exceed.
            jitter_ms: The most that is added to each delay at random; 500 by default.

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
    """Retries until `backoff.max_elapsed_time` has passed, however many those are."""

    def __init__(
        self,
        strategy: str,
        backoff: BackoffStrategy,
        retry_connection_errors: bool,
        status_codes_override: list[str] | None = None,
    ) -> None:
        """Set what to retry.

        Args:
            strategy: `"backoff"`, or `"none"` for no retries at all.
            backoff: The delays.
            retry_connection_errors: If False, only statuses are retried.
            status_codes_override: Statuses to retry instead of 408, 429, 500, 502, 503 and
                504, such as `["429", "5XX"]`.
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
    """The rules for retries that a `retries=` or a `retry_config=` sets. Times are in seconds."""

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
        """Return the policy of the first setting that is set.

        Args:
            settings: A number of retries, a `RetryConfig`, `None` for no retries,
                or `UNSET` to use the next one.
            name: The name of the setting in errors.

        Raises:
            TypeError: A setting has another type.
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

    def should_retry(self, error: MistralClientError) -> bool:
        """Return True if an error is of a kind that is retried."""
        if isinstance(error, SDKError):
            return self._should_retry_status(_status(error), error.retry_after)
        from ..errors.httpvalidationerror import HTTPValidationError  # which loads pydantic

        if isinstance(error, HTTPValidationError):
            return self._should_retry_status(422, None)
        return error.retryable and self.connection_errors

    def _should_retry_status(self, status: int | None, retry_after: float | None) -> bool:
        if status is None:
            return False
        if status == 409 and retry_after is not None:
            return True
        return str(status) in self.statuses or f"{status // 100}XX" in self.statuses

    def delay(self, retries: int, retry_after: float | None, randomness: float) -> float:
        """Return the seconds to wait before the next attempt.

        Jitter makes a delay longer, but not longer than 60 s, and one that the server did not
        ask for not longer than `longest`.

        Args:
            retries: The number of retries so far.
            retry_after: The delay that the server asked for; 0 asks for none.
            randomness: A random number, at least 0 and below 1.
        """
        if retry_after:
            delay, longest = retry_after, LONGEST_WAIT
        else:
            delay, longest = self._backoff(retries), min(self.longest, LONGEST_WAIT)
        return max(delay, min(delay + randomness * self.jitter, longest))

    def _backoff(self, retries: int) -> float:
        try:
            return min(self.initial * self.exponent**retries, self.longest)
        except OverflowError:
            return self.longest

    def allows_wait(self, delay: float, elapsed: float, remaining: float | None) -> bool:
        """Return True if a delay is within all limits.

        Args:
            delay: The seconds to wait.
            elapsed: The seconds since the call.
            remaining: The seconds until the `total` timeout expires, or `None`.
        """
        if delay > LONGEST_WAIT:
            return False
        if self.max_elapsed is not None and elapsed + delay > self.max_elapsed:
            return False
        return remaining is None or delay < remaining


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that was sent.

    Attributes:
        status: The status of the response, or `None` if there was none.
        reason: Why it was followed by another, or how the last one failed; `None` for success.
        delay: The seconds waited before the next one, or `None` for the last one.
    """

    status: int | None
    reason: str | None = None
    delay: float | None = None


def retry_after(headers: Mapping[str, str], wall_time: float) -> float | None:
    """Return the seconds that a response asks to wait (RFC 9110, section 10.2.3), or `None`.

    Args:
        headers: The response headers. `retry-after-ms` is preferred, as it is more exact.
        wall_time: The seconds since the epoch, for a `Retry-After` that is a date.
    """
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    from datetime import UTC  # slow to import, and rarely needed
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(headers.get("retry-after", ""))
        if moment.tzinfo is None:  # the third form of an HTTP date names no zone
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - wall_time)
    except (ValueError, OverflowError):
        return None


def _status(error: SDKError) -> int | None:
    """Return the status of an error, or the one that an error inside a stream corresponds to."""
    if error.status_code != 200:
        return error.status_code
    if error.error.status is not None:
        return error.error.status
    statuses: dict[type[SDKError], int] = {
        RateLimitError: 429,
        CapacityExceededError: 503,
        InternalServerError: 500,
    }
    return statuses.get(type(error))


def _pattern(code: object) -> str:
    """Return a status, or a class such as `4XX`, of which SDK 3.7 only reads the first digit."""
    text = str(code).upper()
    return f"{text[:1]}XX" if "X" in text else text
