"""The limits of a server."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from .bounds import AtLeastOne, Count, Range, check


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """The rate limits of a workspace, for completions. What is over them gets a 429.

    Each limit is a bucket that begins full: of a second's worth of requests, and of a minute's
    worth of tokens. A refused request takes nothing.

    Attributes:
        requests_per_second: Requests per second; `None` for no limit.
        tokens_per_minute: Tokens per minute, of prompts and answers; `None` for no limit.
        retry_after: Whether a refusal says after how many whole seconds to retry.
        code: The code of a refusal: 1300, the quota is used up, or 3505, the service is full.
    """

    requests_per_second: Annotated[float, Range(0, above=True)] | None = None
    tokens_per_minute: Annotated[float, Range(0, above=True)] | None = None
    retry_after: bool = True
    code: Literal[1300, 3505] = 1300

    def __post_init__(self) -> None:
        check(self)


class RateMeter:
    """Counts what a server lets through.

    Args:
        limit: The limits.
        clock: Returns seconds.
    """

    def __init__(self, limit: RateLimit, clock: Callable[[], float]) -> None:
        self.limit = limit
        """The limits."""
        self._clock = clock
        self._at = clock()
        tokens, requests = limit.tokens_per_minute, limit.requests_per_second
        self._requests = None if requests is None else _Bucket(max(1.0, requests), requests)
        self._tokens = None if tokens is None else _Bucket(tokens, tokens / 60)

    def take(self, tokens: float) -> float:
        """Let a request through if it is within the limits.

        Args:
            tokens: Its tokens, those of the answer included.

        Returns:
            0, or the seconds after which it would be let through.
        """
        now = self._clock()
        wanted = [(self._requests, 1.0), (self._tokens, tokens)]
        takings = [(bucket, amount) for bucket, amount in wanted if bucket is not None]
        for bucket, _ in takings:
            bucket.fill(now - self._at)
        self._at = now
        wait = max((bucket.missing(amount) for bucket, amount in takings), default=0.0)
        if wait <= 0:
            for bucket, amount in takings:
                bucket.level -= amount
        return wait


class _Bucket:
    def __init__(self, size: float, rate: float) -> None:
        self.level = size
        self._size = size
        self._rate = rate

    def fill(self, seconds: float) -> None:
        """Add what a time adds."""
        self.level = min(self._size, self.level + seconds * self._rate)

    def missing(self, amount: float) -> float:
        """Return the seconds until an amount is there. A full bucket is enough for any."""
        # A millionth of a request is a rounding error, not a reason to refuse.
        missing = min(amount, self._size) - self.level - 1e-6
        return max(0.0, missing / self._rate)


def whole_seconds(wait: float) -> str:
    """Return the value of `Retry-After` for a wait."""
    return str(max(1, math.ceil(wait)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a server.

    Attributes:
        request_size: Bytes of a request's body; a larger one gets a 413.
        connections: Open connections; one more gets a 503 and is closed.
        kept_requests: Requests kept for a test to inspect; older ones are discarded.
        rate: The rate limits; `None` for none.
    """

    request_size: Count = 32 * 1024 * 1024
    connections: AtLeastOne = 10_000
    kept_requests: Count = 10_000
    rate: RateLimit | None = None

    def __post_init__(self) -> None:
        check(self)
