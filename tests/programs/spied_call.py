"""Make the first call that the second argument names, and list its imports by thread."""

import dataclasses
import json
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from common import ASK, run, say

from mistralai import Mistral

client = Mistral()
loop = threading.get_ident()
here: list[str] = []
there: list[str] = []


class Spy:
    """Note which modules are looked for, in the thread of the loop and elsewhere."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        del path, target
        (here if threading.get_ident() == loop else there).append(name)


async def stream() -> None:
    async with client.chat.stream_async(**ASK) as stream:
        await stream.until_done()


async def complete() -> None:
    await client.chat.complete_async(**ASK)


async def complete_with_tools() -> None:
    tool: Any = {"type": "function", "function": {"name": "f", "parameters": {}}}
    form: Any = {"type": "text"}
    await client.chat.complete_async(**ASK, tools=[tool], response_format=form)


async def parse_stream() -> None:
    form: type[Any] = dataclasses.make_dataclass("Form", [("a", int)])
    async with client.chat.parse_stream_async(form, **ASK) as stream:
        await anext(aiter(stream))


async def list_models() -> None:
    await client.models.list_async()


async def fill_in() -> None:
    async with client.fim.stream_async(model="m", prompt="x") as stream:
        await stream.until_done()


async def request() -> None:
    await client.request_async("GET", "/v1/models", params={"model": "m"})


async def stream_bytes() -> None:
    async with client.stream_bytes_async("GET", "/v1/models") as stream:
        await stream.until_done()


CALLS: dict[str, Callable[[], Awaitable[None]]] = {
    "chat.stream_async": stream,
    "chat.complete_async": complete,
    "chat.complete_async with tools": complete_with_tools,
    "chat.parse_stream_async": parse_stream,
    "models.list_async": list_models,
    "fim.stream_async": fill_in,
    "request_async": request,
    "stream_bytes_async": stream_bytes,
}


async def main() -> None:
    _resources = client.chat, client.fim, client.models
    finders: list[Any] = sys.meta_path
    finders.insert(0, Spy())
    await CALLS[sys.argv[2]]()
    del finders[0]
    await client.aclose()


run(main)
say(json.dumps([here, len(there)]))
