"""Streams one after the other: CPU for an event, or for a whole stream."""

import asyncio
import time

from .counts import counts
from .spent import spending


def blocking(client, base, *, shape, events, streams, **_):
    session = client.connect(f"{base}/{shape}")
    _read(client, session, events)  # imports what is imported late, and connects
    with spending() as spent:
        for _ in range(streams):
            client.stream(session, _ignore)
    return {"cpu_us": spent.cpu * 1e6 / (streams * events)}


def awaiting(client, base, *, shape, events, streams, **_):
    async def run():
        session = client.connect_async(f"{base}/{shape}")
        seen = []
        await client.stream_async(session, seen.append)
        _check(seen, events)
        with spending() as spent:
            for _ in range(streams):
                await client.stream_async(session, _ignore)
        return {"cpu_us": spent.cpu * 1e6 / (streams * events)}

    return asyncio.run(run())


def in_a_row(client, base, *, shape, events, streams, control, **_):
    """Streams in a row from a fresh client, and the connections that they take."""
    _read(client, client.connect(f"{base}/{shape}"), events)
    before = counts(control)["connections"]
    started = time.perf_counter()
    session = client.connect(f"{base}/{shape}")
    for _ in range(streams):
        client.stream(session, _ignore)
    wall = time.perf_counter() - started
    # The question itself comes on a connection of its own.
    return {"wall_ms": wall * 1e3, "handshakes": counts(control)["connections"] - before - 1}


def _read(client, session, events):
    seen = []
    client.stream(session, seen.append)
    _check(seen, events)


def _check(seen, events):
    """See that the client read what the server sent, its first and last event having no text."""
    came = sum(1 for text in seen if text)
    if came != events:
        raise AssertionError(f"{came} events with text came, of {events}")


def _ignore(text):
    pass
