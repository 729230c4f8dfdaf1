"""This package."""

import asyncio
import sys

from mistralai import Mistral
from mistralai.models import UserMessage

QUESTION = {"model": "mistral-large-latest", "messages": [UserMessage(content="Write a poem.")]}


def connect(url):
    return Mistral(api_key="key", server_url=url)


def stream(client, take):
    with client.chat.stream(**QUESTION) as events:
        for event in events:
            take(event.data.choices[0].delta.content)


def connect_traced(url, providers):
    """Connect with providers of spans and metrics, or with telemetry switched off."""
    if providers is None:
        return Mistral(api_key="key", server_url=url, telemetry=False)
    from mistralai.telemetry import Telemetry

    spans, metrics = providers
    telemetry = Telemetry(tracer_provider=spans, meter_provider=metrics)
    return Mistral(api_key="key", server_url=url, telemetry=telemetry)


connect_async = connect


async def stream_async(client, take):
    async with client.chat.stream_async(**QUESTION) as events:
        async for event in events:
            take(event.data.choices[0].delta.content)


def ask_rows(url, source, target, concurrency):
    from mistralai.bulk import Limits, run

    limits = Limits(concurrency=concurrency)
    return run(connect(url), source, target, defaults={"model": "m"}, limits=limits).done


def ask_and_count(url, source, target, concurrency, finished):
    """Ask rows, and say after each how many are finished."""
    from mistralai.bulk import Limits, Run

    async def ask():
        limits = Limits(concurrency=concurrency)
        async with Run(connect(url), source, target, defaults={"model": "m"}, limits=limits) as job:
            count = 0
            async for _ in job:
                count += 1
                finished(count)

    asyncio.run(ask())


def fan_out(url, followers, received):
    from relayed import fan_out

    return fan_out(url, followers, received)


def application(url):
    from relayed import application

    return application(url)


def produce(url, sources):
    from relayed_redis import produce

    return produce(url, sources)


def follow(url, key, received):
    from relayed_redis import follow

    return follow(url, key, received)


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
