import asyncio, os
from mistralai import Mistral
from mistralai.models import UserMessage


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    stream = await client.chat.stream_async(
        model="mistral-large-latest",
        messages=[UserMessage(content="Explain machine learning.")],
    )
    async with stream:
        async for chunk in stream:
            content = chunk.data.choices[0].delta.content
            if content:
                print(content, end="", flush=True)
    print()


asyncio.run(main())
