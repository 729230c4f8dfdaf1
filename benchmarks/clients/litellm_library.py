"""litellm, as a library."""

import sys

import litellm


def connect(url):
    return {
        "model": "mistral/mistral-large-latest",
        "messages": [{"role": "user", "content": "Write a poem."}],
        "stream": True,
        "api_base": f"{url}/v1",
        "api_key": "key",
    }


def stream(question, take):
    for chunk in litellm.completion(**question):
        take(chunk.choices[0].delta.content)


connect_async = connect


async def stream_async(question, take):
    async for chunk in await litellm.acompletion(**question):
        take(chunk.choices[0].delta.content)


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
