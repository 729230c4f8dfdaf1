"""agno."""

import asyncio

from agno.agent import Agent
from agno.models.message import Message
from agno.models.mistral import MistralChat
from agno.run.agent import RunContentEvent, RunErrorEvent
from checks import FIRST_LINE, MODEL, POEM, QUESTION, SUNNY, THROUGH, TIMEOUT, City, failing, main


def model(url, **options):
    return MistralChat(id=MODEL, api_key="key", endpoint=url, **options)


def agent(url, **options):
    return Agent(model=model(url), telemetry=False, **options)


def text(url):
    events = agent(url).run(POEM, stream=True)
    return "".join(event.content for event in events if isinstance(event, RunContentEvent))


async def text_async(url):
    events = agent(url).arun(POEM, stream=True)
    return "".join([e.content async for e in events if isinstance(e, RunContentEvent)])


def tool(url):
    given = {}

    def get_weather(city: str) -> str:
        """Say how the weather is."""
        given["city"] = city
        return "sunny"

    events = agent(url, tools=[get_weather]).run(QUESTION, stream=True)
    assert SUNNY in "".join(e.content for e in events if isinstance(e, RunContentEvent))
    return given


def structured(url):
    *_, last = agent(url, output_schema=City).run("A city.", stream=True)
    return last.content


def error(url, **options):
    reply = Message(role="assistant")
    asked = [Message(role="user", content=POEM)]
    return list(model(url, **options).invoke_stream(asked, reply))


def fails(url):
    """The last event of an agent has what its model raises."""
    *_, last = Agent(model=model(url, timeout=TIMEOUT), telemetry=False).run(POEM, stream=True)
    assert isinstance(last, RunErrorEvent), last
    assert last.content, last
    return error(url, timeout=TIMEOUT)


async def cancelled(url):
    async def read():
        said = ""
        async for event in agent(url).arun(POEM, stream=True):
            said += event.content or "" if isinstance(event, RunContentEvent) else ""
            if said.startswith(FIRST_LINE):
                begun.set()

    begun = asyncio.Event()
    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])


main(text=text, tool=tool, structured=structured, error=error, cancelled=cancelled)
main(text=text_async)
failing(fails, **THROUGH)
