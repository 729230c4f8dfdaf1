import asyncio

from mistralai import Mistral
from mistralai.models import UserMessage


async def main():
    client = Mistral()
    stream = await client.chat.stream_async(
        model="mistral-large-latest",
        messages=[UserMessage(content="Explain machine learning.")],
    )
    async with stream:
        async for text in stream.text_stream:
            print(text, end="", flush=True)
    print()


asyncio.run(main())
