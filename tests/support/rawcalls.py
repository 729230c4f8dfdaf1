"""Raw calls in each kind of program."""

from typing import Any

from mistralai.client import Mistral

from .colours import Colour, SyncColour


def call(colour: Colour, client: Mistral, name: str, *args: Any, **options: Any) -> Any:
    """Call a method of a client by its synchronous name; return its answer or its stream."""
    if isinstance(colour, SyncColour):
        return getattr(client, name)(*args, **options)

    async def ask() -> Any:
        return await getattr(client, f"{name}_async")(*args, **options)

    return colour.call(ask)


def request(colour: Colour, client: Mistral, method: Any, path: Any, **options: Any) -> Any:
    """Call `client.request`."""
    return call(colour, client, "request", method, path, **options)


def size_of(colour: Colour, client: Mistral, path: str) -> int:
    """Return the size of a body that is streamed, of which nothing is kept."""
    if isinstance(colour, SyncColour):
        return sum(map(len, client.stream_bytes("GET", path)))

    async def read() -> int:
        size = 0
        async for piece in client.stream_bytes_async("GET", path):
            size += len(piece)
        return size

    return colour.call(read)
