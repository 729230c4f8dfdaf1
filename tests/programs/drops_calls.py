"""Drop an asynchronous call, and cancel one before it starts."""

import asyncio

from common import ASK

from mistralai import Mistral


async def main() -> None:
    client = Mistral("key")
    client.chat.stream_async(**ASK)
    task = asyncio.create_task(client.chat.stream_async(**ASK))
    task.cancel()


asyncio.run(main())
