"""inspect-ai."""

import asyncio

from checks import FIRST_LINE, MODEL, POEM, QUESTION, TIMEOUT, City, failing, main
from inspect_ai.model import GenerateConfig, ResponseSchema, get_model
from inspect_ai.tool import ToolInfo, ToolParams
from inspect_ai.util import JSONSchema, json_schema
from tenacity import RetryError

WEATHER = ToolInfo(
    name="get_weather",
    description="Say how the weather is.",
    parameters=ToolParams(properties={"city": JSONSchema(type="string")}, required=["city"]),
)


def model(url, **options):
    args = {"conversation_api": False, "streaming": True, **options}
    return get_model(f"mistral/{MODEL}", base_url=url, api_key="key", memoize=False, **args)


async def text(url):
    return (await model(url).generate(POEM)).completion


async def tool(url):
    answer = await model(url).generate(QUESTION, tools=[WEATHER])
    [call] = answer.message.tool_calls
    assert call.function == "get_weather"
    return call.arguments


async def structured(url):
    form = ResponseSchema(name="city", json_schema=json_schema(City))
    answer = await model(url).generate("A city.", config=GenerateConfig(response_schema=form))
    return City.model_validate_json(answer.completion)


async def error(url, **options):
    return await model(url, **options).generate(POEM, config=GenerateConfig(max_retries=0))


async def fails(url):
    """It would ask again, as it does where the connection fails."""
    return await error(url, timeout_ms=TIMEOUT * 1000)


async def cancelled(url):
    said = []
    begun = asyncio.Event()

    async def hear(event):
        said.append(getattr(event, "text", ""))
        if "".join(said).startswith(FIRST_LINE):
            begun.set()

    task = asyncio.create_task(model(url).generate(POEM, on_stream=hear))
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])


main(text=text, tool=tool, structured=structured, error=error, cancelled=cancelled)
failing(fails, unreachable=RetryError, timeout=RetryError, cut=RetryError)
