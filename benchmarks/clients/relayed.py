"""This package's relay between one stream and its followers."""

import asyncio

from mistralai import Mistral
from mistralai.deltas import TextDelta
from mistralai.relay import Relay

QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Write a poem."}]}


async def fan_out(url, followers, received):
    async def follow(place):
        count = 0
        async for frame in relay.follow("s"):
            if isinstance(frame.event, TextDelta):
                count += 1
                received(place, frame.event.text)
        return count

    async with Mistral(api_key="key", server_url=url) as client, Relay() as relay:
        await relay.start("s", lambda: client.chat.stream_async(**QUESTION))
        return sum(await asyncio.gather(*map(follow, range(followers))))


def application(url):
    client = Mistral(api_key="key", server_url=url)

    def ask(_scope, _body):
        return lambda: client.chat.stream_async(**QUESTION)

    return Relay().asgi(ask, "events")
