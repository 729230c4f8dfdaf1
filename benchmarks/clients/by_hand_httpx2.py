"""By hand: httpx2, its `EventSource`, and json."""

import json
import sys

import httpx2

QUESTION = {
    "model": "mistral-large-latest",
    "messages": [{"role": "user", "content": "Write a poem."}],
    "stream": True,
}
HEADERS = {"authorization": "Bearer key"}


def connect(url):
    return httpx2.Client(base_url=url, headers=HEADERS)


def stream(client, take):
    with client.stream("POST", "/v1/chat/completions", json=QUESTION) as response:
        response.raise_for_status()
        for event in httpx2.EventSource(response):
            if event.data == "[DONE]":
                break
            take(json.loads(event.data)["choices"][0]["delta"].get("content"))


def connect_async(url):
    limits = httpx2.Limits(max_connections=None)
    return httpx2.AsyncClient(base_url=url, headers=HEADERS, limits=limits, timeout=60)


async def stream_async(client, take):
    async with client.stream("POST", "/v1/chat/completions", json=QUESTION) as response:
        response.raise_for_status()
        async for event in httpx2.EventSource(response):
            if event.data == "[DONE]":
                break
            take(json.loads(event.data)["choices"][0]["delta"].get("content"))


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
