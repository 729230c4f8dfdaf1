"""This package."""

import sys

from mistralai import Mistral
from mistralai.models import UserMessage

QUESTION = {"model": "mistral-large-latest", "messages": [UserMessage(content="Write a poem.")]}


def connect(url):
    return Mistral(api_key="key", server_url=url)


def stream(client, take):
    with client.chat.stream(**QUESTION) as events:
        for event in events:
            take(event.data.choices[0].delta.content)


connect_async = connect


async def stream_async(client, take):
    async with client.chat.stream_async(**QUESTION) as events:
        async for event in events:
            take(event.data.choices[0].delta.content)


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
