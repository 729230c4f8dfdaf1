"""Import the package by every spelling, and make first calls, in threads that begin together."""

import asyncio
import faulthandler
import importlib
import threading
from collections.abc import Callable

from common import ASK, say

from mistralai import Mistral

faulthandler.dump_traceback_later(30, exit=True)
together = threading.Barrier(6, timeout=20)
said: list[object] = []


async def call() -> None:
    async with Mistral() as client:
        answer = await client.chat.complete_async(**ASK)
        assert answer.choices[0].message
        said.append(answer.choices[0].message.content)


def loop() -> None:
    together.wait()
    asyncio.run(call())


def sync() -> None:
    together.wait()
    with Mistral() as client:
        answer = client.chat.complete(**ASK)
        assert answer.choices[0].message
        said.append(answer.choices[0].message.content)


def loads(name: str) -> Callable[[], None]:
    def load() -> None:
        together.wait()
        said.append(importlib.import_module(name).__name__)

    return load


threads = [
    threading.Thread(target=job)
    for job in (
        loop,
        loop,
        sync,
        loads("mistralai.models.usermessage"),
        loads("mistralai.utils.eventstreaming"),
        loads("mistralai.azure.client.models"),
    )
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
say(len(said), said.count("Hello there"))
