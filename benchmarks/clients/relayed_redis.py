"""This package's relay over Redis: writes answers, and reads them."""

import asyncio

from mistralai.deltas import TextDelta
from mistralai.relay import RedisStore, Relay

_stores = {}


async def produce(url, sources):
    async def deltas(texts):
        async for text in texts:
            yield TextDelta(0, text)

    async def answer(relay, key, texts):
        await relay.start(key, lambda: deltas(texts))
        while await relay.status(key) == "running":
            await asyncio.sleep(0.5)

    async with Relay(RedisStore(url)) as relay:
        await asyncio.gather(*(answer(relay, *one) for one in sources.items()))


async def follow(url, key, received):
    if url not in _stores:
        _stores[url] = Relay(RedisStore(url))
    relay = _stores[url]
    while await relay.status(key) == "missing":
        await asyncio.sleep(0.05)
    async for frame in relay.follow(key):
        if isinstance(frame.event, TextDelta):
            received(frame.event.text)
