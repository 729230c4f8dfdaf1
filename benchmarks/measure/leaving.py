"""How soon a stream is over: for the server when the reader leaves, for the reader after `[DONE]`."""

import asyncio
import threading
import time

from .counts import counts

EVENTS_BEFORE = 5
ENDLESS = "paced-50-5000"
PAUSE_NS = 10_000_000  # of the server, between the last stamp and `[DONE]`

_kept = []  # clients, until the process ends: their end would close what is open


class EnoughError(Exception):
    """Raised by a reader who has had enough."""


def leaving(client, base, *, control, **_):
    """Milliseconds from leaving to the server seeing it: by an exception, by cancelling the task."""
    client.stream(client.connect(f"{base}/bulk-1"), [].append)
    ways = {
        "break_ms": lambda: _break(client, f"{base}/{ENDLESS}"),
        "break_async_ms": lambda: asyncio.run(_break_async(client, f"{base}/{ENDLESS}")),
        "cancel_ms": lambda: asyncio.run(_cancel(client, f"{base}/{ENDLESS}")),
    }
    return {name: _seen(leave, control) for name, leave in ways.items()}


def closing(_client, base, *, control, **_):
    """Milliseconds from `close()` in another thread to the server seeing it; this package alone."""
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
    """Milliseconds from `[DONE]` to the end of the loop, where the body does not end."""
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
    """The time from the moment that `leave` gives to the one that the server notes."""
    before = len(counts(control)["left"])
    moment = leave()
    until = time.monotonic() + 5
    while len(seen := counts(control)["left"]) <= before and time.monotonic() < until:
        time.sleep(0.002)
    return (seen[before] - moment) / 1e6 if len(seen) > before else float("inf")


def _taker():
    """What leaves after some events, and the list that gets the moment when it did."""
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
    raise AssertionError("the stream ended by itself")


async def _break_async(client, url):
    take, left = _taker()
    _kept.append(client.connect_async(url))
    try:
        await client.stream_async(_kept[-1], take)
    except EnoughError:
        await asyncio.sleep(0.1)  # the loop's end would close what is open
        return left[0]
    raise AssertionError("the stream ended by itself")


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
