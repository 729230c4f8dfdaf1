"""strands-agents."""

import asyncio

from checks import FIRST_LINE, MODEL, POEM, QUESTION, SUNNY, THROUGH, TIMEOUT, City, failing, main
from strands import Agent
from strands import tool as strands_tool
from strands.models.mistral import MistralModel


def mistral(url, *, stream=True, **args):
    client_args = {"server_url": url, **args}
    return MistralModel("key", model_id=MODEL, stream=stream, client_args=client_args)


def agent(url, *, stream=True, **options):
    return Agent(model=mistral(url, stream=stream), callback_handler=None, **options)


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
    # It gives the `stream` of its model to `complete`, which fails with the generated SDK too.
    return await agent(url, stream=False).structured_output_async(City, "A city.")


async def error(url):
    messages = [{"role": "user", "content": [{"text": POEM}]}]
    return [event async for event in mistral(url).stream(messages)]


async def fails(url):
    """The agent asks again where it takes an error for throttling, by the words of it."""
    hurried = Agent(model=mistral(url, timeout_ms=TIMEOUT * 1000), callback_handler=None)
    return await hurried.invoke_async(POEM)


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
failing(fails, **THROUGH)
