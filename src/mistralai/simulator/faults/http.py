"""Faults of the status and the header fields."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Annotated, Final, Literal

from ..answers import Answer, Pause
from ..api.errors import ErrorShape, known
from ..bounds import ErrorStatus, Range, Seconds
from .fault import Fault

_HTML: Final = "text/html; charset=utf-8"
_RATE_LIMITS: Final[Mapping[str, Mapping[str, str]]] = {
    "2024": {
        "ratelimitbysize-limit": "limit",
        "ratelimitbysize-remaining": "remaining",
        "ratelimitbysize-reset": "reset",
        "ratelimitbysize-query-cost": "cost",
        "x-ratelimitbysize-limit-minute": "limit",
        "x-ratelimitbysize-remaining-minute": "remaining",
    },
    "2025": {
        "x-ratelimit-limit-tokens-minute": "limit",
        "x-ratelimit-remaining-tokens-minute": "remaining",
        "x-ratelimit-tokens-query-cost": "cost",
        "x-ratelimit-limit-req-minute": "requests",
        "x-ratelimit-remaining-req-minute": "remaining_requests",
    },
}
"""Header fields of each generation, with the attributes of `RateLimits` that they carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Fault):
    """The answer is an error.

    Attributes:
        status: The status code, which decides the text, type and code of the error.
        retry_after: Seconds after which to retry; `None` sends no such header field.
        form: The form of that: `seconds` and `date` in `retry-after`, `ms` in `retry-after-ms`.
        shape: The shape of the body; `None` for the recorded shape of this status, `html` for a
            page of 200 kB, as gateways send.
    """

    kind = "status"

    status: ErrorStatus = 429
    retry_after: float | None = None
    form: Literal["seconds", "date", "ms"] = "seconds"
    shape: ErrorShape | Literal["html"] | None = None

    def apply(self, answer: Answer) -> Answer:  # noqa: ARG002 - replaced entirely
        """Return the error."""
        headers = dict(self._headers())
        if self.shape == "html":
            page = (
                f"<html><body><h1>{self.status}</h1>{'<p>Bad gateway</p>' * 12_000}</body></html>"
            )
            return Answer(
                status=self.status,
                headers=headers,
                content_type=_HTML,
                body=(page.encode(),),
                framing="length",
            )
        return known(self.status).answer(self.shape, headers)

    def _headers(self) -> list[tuple[str, str]]:
        if self.retry_after is None:
            return []
        match self.form:
            case "seconds":
                return [("retry-after", f"{self.retry_after:g}")]
            case "date":
                moment = time.time() + self.retry_after
                return [("retry-after", formatdate(moment, usegmt=True))]
            case "ms":
                return [("retry-after-ms", f"{self.retry_after * 1000:g}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Fault):
    """The answer is a redirect, by default for the first request only.

    Attributes:
        status: 301, 302, 303, 307 or 308.
        location: The target: a path on this server, or a URL.
    """

    kind = "redirect"

    first: int | None = 1
    status: Annotated[int, Range(300, 399)] = 307
    location: str = "/v1/chat/completions"

    def apply(self, answer: Answer) -> Answer:  # noqa: ARG002 - replaced entirely
        """Return the redirect."""
        headers = {"location": self.location}
        return Answer(status=self.status, headers=headers, content_type=None, framing="length")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentType(Fault):
    """The answer has the wrong `content-type`.

    Attributes:
        value: The `content-type`; empty for none.
    """

    kind = "content-type"

    value: str = "text/html; charset=utf-8"

    def apply(self, answer: Answer) -> Answer:
        """Change the field."""
        return replace(answer, content_type=self.value or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowHeaders(Fault):
    """The response headers are late, or sent byte by byte.

    Attributes:
        seconds: Silence before the first byte.
        every: Seconds before each byte; 0 sends the headers in one piece.
    """

    kind = "slow-headers"

    seconds: Seconds = 1.0
    every: Seconds = 0.0

    def apply(self, answer: Answer) -> Answer:
        """Delay the headers."""
        return replace(answer, before=(Pause(self.seconds),), head_every=self.every)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits(Fault):
    """The answer has rate limits, which streams of the API have lacked since 2025.

    Attributes:
        names: The header fields of `2025`, still in use, or those of `2024` (wire-format
            section 8).
        limit: Tokens per minute.
        remaining: Tokens left.
        cost: Tokens of this request.
        reset: Seconds until the limit is reset; in `2024` only.
        requests: Requests per minute; in `2025` only.
        remaining_requests: Requests left; in `2025` only.
    """

    kind = "rate-limits"

    names: Literal["2024", "2025"] = "2025"
    limit: int = 500_000
    remaining: int = 0
    cost: int = 100
    reset: int = 60
    requests: int = 60
    remaining_requests: int = 0

    def apply(self, answer: Answer) -> Answer:
        """Add the header fields."""
        names = _RATE_LIMITS[self.names].items()
        fields = [(field, str(getattr(self, attribute))) for field, attribute in names]
        return replace(answer, headers=(*answer.headers, *fields))
