"""ag2."""

import asyncio

from ag2 import Agent
from ag2.config import MistralConfig
from ag2.events import ModelMessageChunk
from ag2.stream import MemoryStream
from checks import FIRST_LINE, MODEL, POEM, QUESTION, SUNNY, City, main


def agent(url, **options):
    config = MistralConfig(model=MODEL, api_key="key", server_url=url, streaming=True)
    return Agent("asking", config=config, **options)


async def text(url, heard=bool):
    said = []

    def hear(chunk):
        said.append(chunk.content)
        heard("".join(said))

    stream = MemoryStream()
    stream.where(ModelMessageChunk).subscribe(hear, sync_to_thread=False)
    await agent(url).ask(POEM, stream=stream)
    return "".join(said)


async def tool(url):
    given = {}

    def get_weather(city: str) -> str:
        """Say how the weather is."""
        given["city"] = city
        return "sunny"

    reply = await agent(url, tools=[get_weather]).ask(QUESTION)
    assert reply.body == SUNNY
    return given


async def structured(url):
    return await (await agent(url, response_schema=City).ask("A city.")).content()


async def cancelled(url):
    begun = asyncio.Event()
    heard = lambda said: said.startswith(FIRST_LINE) and begun.set()  # noqa: E731 - said in a line
    task = asyncio.create_task(text(url, heard))
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])


main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
