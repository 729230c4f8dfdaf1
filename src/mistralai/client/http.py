"""The transports of this package, for an HTTP client that the caller makes.

    client = httpx2.Client(transport=Transport(), event_hooks=...)
    Mistral(client=client)

They keep the timeouts of a stream exactly, at a fraction of the cost of httpx2's own.
"""

from ._http.transport import AsyncTransport, Transport

__all__ = ["AsyncTransport", "Transport"]
