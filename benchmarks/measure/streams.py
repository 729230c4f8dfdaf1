"""Consecutive streams: CPU per event or per stream."""

import asyncio
import time

from .counts import counts
from .spent import spending


def blocking(client, base, *, shape, events, streams, **_):
    session = client.connect(f"{base}/{shape}")
    _read(client, session, events)  # imports the rest, and connects
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
    """Time consecutive streams of a new client, and count their connections."""
    _read(client, client.connect(f"{base}/{shape}"), events)
    before = counts(control)["connections"]
    started = time.perf_counter()
    session = client.connect(f"{base}/{shape}")
    for _ in range(streams):
        client.stream(session, _ignore)
    wall = time.perf_counter() - started
    # The request for the counters uses a connection of its own.
    return {"wall_ms": wall * 1e3, "handshakes": counts(control)["connections"] - before - 1}


def _read(client, session, events):
    seen = []
    client.stream(session, seen.append)
    _check(seen, events)


def _check(seen, events):
    """Check that the client read all events; the first and the last have no text."""
    received = sum(1 for text in seen if text)
    if received != events:
        raise AssertionError(f"{received} events with text received, not {events}")


def _ignore(text):
    pass
