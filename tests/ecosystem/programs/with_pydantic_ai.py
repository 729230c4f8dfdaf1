"""pydantic-ai."""

from checks import FIRST_LINE, MODEL, POEM, QUESTION, SUNNY, TIMEOUT, City, failing, main
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelConnectionError, ModelTimeoutError
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.mistral import MistralModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.providers.mistral import MistralProvider


def model(url, **settings):
    provider = MistralProvider(api_key="key", base_url=url)
    return MistralModel(MODEL, provider=provider, settings=settings)


def agent(url, **options):
    return Agent(model(url), **options)


async def read(asking):
    async with asking.run_stream(POEM) as result:
        return "".join([piece async for piece in result.stream_text(delta=True)])


async def text(url):
    return await read(agent(url))


async def tool(url):
    given = {}
    asking = agent(url)

    @asking.tool_plain
    def get_weather(city: str) -> str:
        given["city"] = city
        return "sunny"

    async with asking.run_stream(QUESTION) as result:
        assert await result.get_output() == SUNNY
    return given


async def structured(url):
    async with agent(url, output_type=City).run_stream("A city.") as result:
        return await result.get_output()


async def cancelled(url):
    async with agent(url).run_stream(POEM) as result:
        async for piece in result.stream_text(debounce_by=None):
            if piece.startswith(FIRST_LINE):
                await result.cancel()
                return


def hurried(url):
    return Agent(model(url, timeout=TIMEOUT))


def relieved(url):
    """An agent that asks another model where this one fails."""
    other = TestModel(custom_output_text=SUNNY)
    return Agent(FallbackModel(model(url, timeout=TIMEOUT), other))


async def fails(url):
    return await read(hurried(url))


async def fails_whole(url):
    return await hurried(url).run(POEM)


async def falls_back(url):
    assert await read(relieved(url)) == SUNNY
    assert (await relieved(url).run(POEM)).output == SUNNY


async def fails_later(url):
    """What was said cannot be taken back: after the first event no other model is asked."""
    said = ""
    async with relieved(url).run_stream(POEM) as result:
        try:
            async for piece in result.stream_text(delta=True, debounce_by=None):
                said += piece
        finally:
            assert said.startswith(FIRST_LINE), said


main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
failing(
    fails, unreachable=ModelConnectionError, timeout=ModelTimeoutError, cut=ModelConnectionError
)
failing(fails_whole, unreachable=ModelConnectionError, timeout=ModelTimeoutError)
failing(falls_back, events=0, unreachable=None, timeout=None, cut=None)
failing(fails_later, cut=ModelConnectionError)
