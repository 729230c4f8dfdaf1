"""Delays at the end of a stream: until the server sees a close, and after `[DONE]`."""

import asyncio
import threading
import time

from .counts import counts

EVENTS_BEFORE = 5
ENDLESS = "paced-50-5000"
PAUSE_NS = 10_000_000  # between the server's last stamp and `[DONE]`

_kept = []  # clients kept alive: collecting one would close its connections


class EnoughError(Exception):
    """Raised by a reader that stops early."""


def leaving(client, base, *, control, **_):
    """Return the milliseconds until the server sees an exception or a cancellation."""
    client.stream(client.connect(f"{base}/bulk-1"), [].append)
    ways = {
        "break_ms": lambda: _break(client, f"{base}/{ENDLESS}"),
        "break_async_ms": lambda: asyncio.run(_break_async(client, f"{base}/{ENDLESS}")),
        "cancel_ms": lambda: asyncio.run(_cancel(client, f"{base}/{ENDLESS}")),
    }
    return {name: _seen(leave, control) for name, leave in ways.items()}


def closing(_client, base, *, control, **_):
    """Return the milliseconds until the server sees `close()` from another thread."""
    from mistralai import Mistral

    client = Mistral(api_key="key", server_url=f"{base}/hold-{EVENTS_BEFORE}")

    def leave():
        stream = client.chat.stream(model="m", messages=[{"role": "user", "content": "x"}])
        began = threading.Event()
        reader = threading.Thread(target=lambda: [began.set() for _ in stream])
        reader.start()
        began.wait()
        left = time.monotonic_ns()
        stream.close()
        reader.join()
        return left

    return {"close_ms": _seen(leave, control)}


def ending(client, base, **_):
    """Return the milliseconds from `[DONE]` to the end of the loop, if the body does not end."""
    client.stream(client.connect(f"{base}/bulk-1"), [].append)
    url = f"{base}/unended-20"
    stamps = []
    client.stream(client.connect(url), stamps.append)
    blocking = _since(stamps)

    async def run():
        await client.stream_async(client.connect_async(url), stamps.append)
        return _since(stamps)

    return {"done_ms": blocking, "done_async_ms": asyncio.run(run())}


def _since(stamps):
    last = int(next(text for text in reversed(stamps) if text))
    return (time.monotonic_ns() - last - PAUSE_NS) / 1e6


def _seen(leave, control):
    """Return the milliseconds from the time that `leave` returns to the one the server notes."""
    before = len(counts(control)["left"])
    moment = leave()
    until = time.monotonic() + 5
    while len(seen := counts(control)["left"]) <= before and time.monotonic() < until:
        time.sleep(0.002)
    return (seen[before] - moment) / 1e6 if len(seen) > before else float("inf")


def _taker():
    """Return a reader that stops after some events, and a list that gets the time when it did."""
    seen, left = [], []

    def take(text):
        seen.append(text)
        if len(seen) == EVENTS_BEFORE:
            left.append(time.monotonic_ns())
            raise EnoughError

    return take, left


def _break(client, url):
    take, left = _taker()
    _kept.append(client.connect(url))
    try:
        client.stream(_kept[-1], take)
    except EnoughError:
        return left[0]
    raise AssertionError("the stream ended before it was closed")


async def _break_async(client, url):
    take, left = _taker()
    _kept.append(client.connect_async(url))
    try:
        await client.stream_async(_kept[-1], take)
    except EnoughError:
        await asyncio.sleep(0.1)  # the end of the loop would close the connection
        return left[0]
    raise AssertionError("the stream ended before it was closed")


async def _cancel(client, url):
    seen = []
    _kept.append(client.connect_async(url))
    task = asyncio.create_task(client.stream_async(_kept[-1], seen.append))
    while len(seen) < EVENTS_BEFORE:
        await asyncio.sleep(0.005)
    left = time.monotonic_ns()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.1)
    return left
