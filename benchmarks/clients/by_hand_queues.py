"""This package's client, with a queue per follower that is filled in a loop."""

import asyncio
import json

from mistralai import Mistral
from mistralai.deltas import TextDelta

QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Write a poem."}]}


async def fan_out(url, followers, received):
    queues = [asyncio.Queue() for _ in range(followers)]

    async def follow(place):
        count, get = 0, queues[place].get
        while (delta := await get()) is not None:
            if isinstance(delta, TextDelta):
                count += 1
                received(place, delta.text)
        return count

    async def produce():
        async with client.chat.stream_async(**QUESTION) as stream:
            async for delta in stream.deltas:
                for queue in queues:
                    queue.put_nowait(delta)
        for queue in queues:
            queue.put_nowait(None)

    async with Mistral(api_key="key", server_url=url) as client:
        *counts, _ = await asyncio.gather(*map(follow, range(followers)), produce())
        return sum(counts)


def application(url):
    """Return the same over HTTP, by Starlette and sse-starlette."""
    from sse_starlette import EventSourceResponse
    from starlette.applications import Starlette
    from starlette.routing import Route

    client, streams = Mistral(api_key="key", server_url=url), {}

    async def produce(queues):
        async with client.chat.stream_async(**QUESTION) as stream:
            number = 0
            async for delta in stream.deltas:
                if isinstance(delta, TextDelta):
                    number += 1
                    for queue in queues:
                        queue.put_nowait((number, delta))
        for queue in queues:
            queue.put_nowait(None)

    async def events(queue):
        yield {"comment": "open"}
        while (item := await queue.get()) is not None:
            number, delta = item
            data = {"type": "text", "choice_index": delta.choice_index, "text": delta.text}
            yield {"id": str(number), "event": "text", "data": json.dumps(data)}

    async def start(request):
        queues = streams[(await request.json())["id"]] = [asyncio.Queue()]
        tasks.append(asyncio.create_task(produce(queues)))
        return EventSourceResponse(events(queues[0]))

    async def follow(request):
        queue = asyncio.Queue()
        streams[request.path_params["id"]].append(queue)
        return EventSourceResponse(events(queue))

    tasks = []
    routes = [Route("/", start, methods=["POST"]), Route("/{id}/stream", follow)]
    return Starlette(routes=routes)
