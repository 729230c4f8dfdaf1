"""assistant-stream's resumable streams in Redis."""

import asyncio

from assistant_stream.resumable import create_resumable_stream_context
from assistant_stream.resumable.stores import create_redis_resumable_stream_store
from redis.asyncio import BlockingConnectionPool, Redis

_clients = {}


def _context(url):
    if url not in _clients:
        _clients[url] = Redis(connection_pool=BlockingConnectionPool.from_url(url))
    store = create_redis_resumable_stream_store(_clients[url])
    return create_resumable_stream_context(store=store)


async def produce(url, sources):
    async def chunks(texts):
        async for text in texts:
            yield text.encode()

    try:
        context = _context(url)
        for key, texts in sources.items():
            await context.run(key, lambda texts=texts: chunks(texts))
        for key in sources:
            while await context.status(key) == "streaming":
                await asyncio.sleep(0.5)
    finally:
        await _clients.pop(url).aclose()


async def follow(url, key, received):
    context = _context(url)
    while await context.status(key) == "missing":
        await asyncio.sleep(0.05)
    async for chunk in await context.require_resume(key):
        received(chunk.decode())
