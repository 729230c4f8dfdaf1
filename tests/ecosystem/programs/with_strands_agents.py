"""strands-agents."""

import asyncio

from checks import FIRST_LINE, MODEL, POEM, QUESTION, SUNNY, City, main
from strands import Agent
from strands import tool as strands_tool
from strands.models.mistral import MistralModel


def agent(url, **options):
    model = MistralModel("key", model_id=MODEL, stream=True, client_args={"server_url": url})
    return Agent(model=model, callback_handler=None, **options)


async def text(url):
    return "".join([event.get("data", "") async for event in agent(url).stream_async(POEM)])


async def tool(url):
    given = {}

    @strands_tool
    def get_weather(city: str) -> str:
        """Say how the weather is."""
        given["city"] = city
        return "sunny"

    result = await agent(url, tools=[get_weather]).invoke_async(QUESTION)
    assert str(result).strip().endswith(SUNNY)
    return given


async def structured(url):
    return await agent(url).structured_output_async(City, "A city.")


async def error(url):
    model = MistralModel("key", model_id=MODEL, stream=True, client_args={"server_url": url})
    messages = [{"role": "user", "content": [{"text": POEM}]}]
    return [event async for event in model.stream(messages)]


async def cancelled(url):
    async def read():
        said = ""
        async for event in agent(url).stream_async(POEM):
            said += event.get("data", "")
            if said.startswith(FIRST_LINE):
                begun.set()

    begun = asyncio.Event()
    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


main(text=text, tool=tool, structured=structured, error=error, cancelled=cancelled)
