"""OpenAI's SDK."""

import sys

from openai import AsyncOpenAI, OpenAI

QUESTION = {
    "model": "mistral-large-latest",
    "messages": [{"role": "user", "content": "Write a poem."}],
    "stream": True,
}


def connect(url):
    return OpenAI(api_key="key", base_url=f"{url}/v1")


def stream(client, take):
    for chunk in client.chat.completions.create(**QUESTION):
        take(chunk.choices[0].delta.content)


def connect_async(url):
    return AsyncOpenAI(api_key="key", base_url=f"{url}/v1")


async def stream_async(client, take):
    async for chunk in await client.chat.completions.create(**QUESTION):
        take(chunk.choices[0].delta.content)


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
