"""The limits of a server."""

from dataclasses import dataclass

from .bounds import AtLeastOne, Count, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a server.

    Attributes:
        request_size: Bytes of a request's body; a larger one gets a 413.
        connections: Open connections; one more gets a 503 and is closed.
        kept_requests: Requests kept for a test to inspect; older ones are discarded.
    """

    request_size: Count = 32 * 1024 * 1024
    connections: AtLeastOne = 10_000
    kept_requests: Count = 10_000

    def __post_init__(self) -> None:
        check(self)
