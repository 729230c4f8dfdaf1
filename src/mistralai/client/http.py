"""The transports of this package, for an HTTP client of a caller's own.

    client = httpx2.Client(transport=Transport(), event_hooks=...)
    Mistral(client=client)

Limits that move with a stream are kept exactly by these, and at a fraction of the cost.
"""

from ._http.transport import AsyncTransport, Transport

__all__ = ["AsyncTransport", "Transport"]
