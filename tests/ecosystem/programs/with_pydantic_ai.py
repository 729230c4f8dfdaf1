"""pydantic-ai."""

from checks import FIRST_LINE, MODEL, POEM, QUESTION, SUNNY, City, main
from pydantic_ai import Agent
from pydantic_ai.models.mistral import MistralModel
from pydantic_ai.providers.mistral import MistralProvider


def agent(url, **options):
    provider = MistralProvider(api_key="key", base_url=url)
    return Agent(MistralModel(MODEL, provider=provider), **options)


async def text(url):
    async with agent(url).run_stream(POEM) as result:
        return "".join([piece async for piece in result.stream_text(delta=True)])


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


main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
