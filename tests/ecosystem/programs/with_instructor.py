"""instructor: structured output, whole and growing, by tools and by schema, in both colours.

Without a form it hands on the client's own stream.
"""

import httpx2
import instructor
from checks import MODEL, POEM, QUESTION, TIMEOUT, WEATHER, City, called, failing, main
from instructor import Mode
from instructor.core import InstructorRetryException

from mistralai import Mistral


def completions(url, mode=Mode.TOOLS, timeout=60, **options):
    mistral = Mistral("key", server_url=url, timeout_ms=timeout * 1000)
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


def fails(url):
    """By schema, since a tool call comes in one event."""
    return list(hurried(url).create_partial(**asking("A city.", City)))


def fails_whole(url):
    return hurried(url).create(**asking("A city.", City))


async def fails_async(url):
    partials = hurried(url, use_async=True).create_partial(**asking("A city.", City))
    return [partial async for partial in partials]


def hurried(url, **options):
    return completions(url, Mode.JSON_SCHEMA, TIMEOUT, **options)


def cancelled(url):
    events = completions(url).create(**asking(POEM, None), stream=True)
    next(events)
    events.close()


main(text=text, tool=tool, structured=structured, error=error, cancelled=cancelled)
main(structured=structured_async)
gives_up = InstructorRetryException
failing(fails, unreachable=gives_up, timeout=gives_up, cut=gives_up)
failing(fails_whole, unreachable=gives_up, timeout=gives_up)
failing(
    fails_async, unreachable=gives_up, timeout=httpx2.ReadTimeout, cut=httpx2.RemoteProtocolError
)
