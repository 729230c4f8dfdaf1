"""agent-framework-mistral, on a client of this package and on its wrapper around one of httpx."""

import asyncio

import httpx
from agent_framework import Agent
from agent_framework.exceptions import ChatClientException
from agent_framework_mistral import MistralChatClient
from checks import FIRST_LINE, MODEL, POEM, QUESTION, SUNNY, TIMEOUT, City, failing, main

from mistralai.client import Mistral


def client(url, timeout=60):
    mistral = Mistral(api_key="key", server_url=url, timeout_ms=timeout * 1000)
    return MistralChatClient(model=MODEL, client=mistral)


async def read(chat):
    return "".join([update.text async for update in chat.get_response(POEM, stream=True)])


async def text(url):
    return await read(client(url))


async def text_httpx(url, timeout=60):
    key = {"authorization": "Bearer key"}
    async with httpx.AsyncClient(base_url=url, headers=key, timeout=timeout) as own:
        return await read(MistralChatClient(model=MODEL, http_client=own))


async def tool(url):
    given = {}

    def get_weather(city: str) -> str:
        """Say how the weather is."""
        given["city"] = city
        return "sunny"

    answer = (
        await Agent(client(url), tools=[get_weather])
        .run(QUESTION, stream=True)
        .get_final_response()
    )
    assert answer.text == SUNNY
    return given


async def structured(url):
    stream = client(url).get_response("A city.", stream=True, options={"response_format": City})
    return (await stream.get_final_response()).value


async def fails(url):
    return await read(client(url, TIMEOUT))


async def fails_whole(url):
    return await client(url, TIMEOUT).get_response(POEM)


async def fails_httpx(url):
    return await text_httpx(url, TIMEOUT)


async def cancelled(url):
    async def listen():
        said = ""
        async for update in client(url).get_response(POEM, stream=True):
            said += update.text
            if said.startswith(FIRST_LINE):
                begun.set()

    begun = asyncio.Event()
    task = asyncio.create_task(listen())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])


main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
main(text=text_httpx, error=text_httpx)
for check in (fails, fails_httpx):
    failing(
        check,
        unreachable=ChatClientException,
        timeout=ChatClientException,
        cut=ChatClientException,
    )
failing(fails_whole, unreachable=ChatClientException, timeout=ChatClientException)
