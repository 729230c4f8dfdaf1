"""any-llm."""

import json

from any_llm import AnyLLM, acompletion, completion
from any_llm.exceptions import ProviderError
from checks import MODEL, POEM, QUESTION, THROUGH, TIMEOUT, WEATHER, City, failing, main


def asking(url, question=POEM, **options):
    messages = [{"role": "user", "content": question}]
    provider = {"provider": "mistral", "api_key": "key", "api_base": url}
    return {"model": MODEL, "messages": messages, "stream": True, **provider, **options}


async def text(url):
    stream = await acompletion(**asking(url))
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


def text_sync(url):
    return "".join(chunk.choices[0].delta.content or "" for chunk in completion(**asking(url)))


async def tool(url):
    calls = []
    async for chunk in await acompletion(**asking(url, QUESTION, tools=[WEATHER])):
        calls += chunk.choices[0].delta.tool_calls or ()
    assert calls[0].function.name == "get_weather"
    return json.loads("".join(call.function.arguments or "" for call in calls))


async def structured(url):
    answer = await acompletion(**asking(url, "A city.", stream=False, response_format=City))
    return City.model_validate_json(answer.choices[0].message.content)


async def fails(url):
    stream = await acompletion(**asking(url), timeout=TIMEOUT)
    return [chunk async for chunk in stream]


def fails_sync(url):
    return list(completion(**asking(url), timeout=TIMEOUT))


async def fails_unified(url):
    """The library's own exceptions, which it guesses from the words of an error."""
    llm = AnyLLM.create("mistral", api_key="key", api_base=url, unified_exceptions=True)
    question = [{"role": "user", "content": POEM}]
    stream = await llm.acompletion(MODEL, question, stream=True, timeout=TIMEOUT)
    return [chunk async for chunk in stream]


async def cancelled(url):
    stream = await acompletion(**asking(url))
    await anext(stream)
    await stream.aclose()


main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
main(text=text_sync, error=text_sync)
for check in (fails, fails_sync):
    failing(check, **THROUGH)
failing(fails_unified, unreachable=ProviderError, timeout=ProviderError, cut=ProviderError)
