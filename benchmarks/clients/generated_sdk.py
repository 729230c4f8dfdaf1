"""Mistral's own generated SDK."""

import sys

import httpx2

from mistralai.client import Mistral
from mistralai.client.models import UserMessage

QUESTION = {"model": "mistral-large-latest", "messages": [UserMessage(content="Write a poem.")]}


def connect(url):
    return Mistral(api_key="key", server_url=url)


def stream(client, take):
    with client.chat.stream(**QUESTION) as events:
        for event in events:
            take(event.data.choices[0].delta.content)


def connect_traced(url, providers):
    """Connect with a provider of spans, or without: it has no metrics."""
    client = connect(url)
    if providers is not None:
        from mistralai.extra.observability.telemetry import configure_telemetry

        configure_telemetry(client, provider=providers[0], redaction=False)
    return client


def connect_async(url):
    # Its default client opens at most 100 connections.
    many = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None), timeout=60)
    return Mistral(api_key="key", server_url=url, async_client=many)


async def stream_async(client, take):
    async with await client.chat.stream_async(**QUESTION) as events:
        async for event in events:
            take(event.data.choices[0].delta.content)


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
