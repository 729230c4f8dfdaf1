"""By hand: aiohttp, its lines, and json."""

import json

import aiohttp

QUESTION = {
    "model": "mistral-large-latest",
    "messages": [{"role": "user", "content": "Write a poem."}],
    "stream": True,
}
HEADERS = {"authorization": "Bearer key"}


def connect_async(url):
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(connector=connector, headers=HEADERS), url


async def stream_async(client, take):
    session, url = client
    async with session.post(f"{url}/v1/chat/completions", json=QUESTION) as response:
        response.raise_for_status()
        async for line in response.content:
            if not line.startswith(b"data: "):
                continue
            if line == b"data: [DONE]\n":
                break
            take(json.loads(line[6:])["choices"][0]["delta"].get("content"))
