"""instructor: structured output, whole and growing, by tools and by schema, in both colours.

Without a form it hands on the client's own stream.
"""

import instructor
from checks import MODEL, POEM, QUESTION, WEATHER, City, called, main
from instructor import Mode

from mistralai import Mistral


def completions(url, mode=Mode.TOOLS, **options):
    mistral = Mistral("key", server_url=url)
    return instructor.from_mistral(mistral, mode=mode, **options).chat.completions


def asking(question, form):
    messages = [{"role": "user", "content": question}]
    return {"model": MODEL, "messages": messages, "response_model": form}


def text(url):
    events = completions(url).create(**asking(POEM, None), stream=True)
    return "".join(event.data.choices[0].delta.content or "" for event in events)


def tool(url):
    ask = asking(QUESTION, None)
    return called(completions(url).create(**ask, stream=True, tools=[WEATHER]))


def structured(url):
    for mode in (Mode.TOOLS, Mode.JSON_SCHEMA):
        *_, last = completions(url, mode).create_partial(**asking("A city.", City))
        City.model_validate(last.model_dump())
    return completions(url).create(**asking("A city.", City))


async def structured_async(url):
    partials = completions(url, use_async=True).create_partial(**asking("A city.", City))
    *_, last = [partial async for partial in partials]
    return City.model_validate(last.model_dump())


def error(url):
    return list(completions(url).create_partial(**asking("A city.", City), max_retries=1))


def cancelled(url):
    events = completions(url).create(**asking(POEM, None), stream=True)
    next(events)
    events.close()


main(text=text, tool=tool, structured=structured, error=error, cancelled=cancelled)
main(structured=structured_async)
