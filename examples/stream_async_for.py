import asyncio

from mistralai import Mistral
from mistralai.models import UserMessage


async def main():
    client = Mistral()
    async for chunk in client.chat.stream_async(
        model="mistral-large-latest",
        messages=[UserMessage(content="Explain machine learning.")],
    ):
        content = chunk.data.choices[0].delta.content
        if content:
            print(content, end="", flush=True)
    print()


asyncio.run(main())
