import asyncio

from mistralai import Mistral

question = {"role": "user", "content": "Explain machine learning."}


async def main():
    client = Mistral()
    async with client.chat.stream_async(
        model="mistral-large-latest", messages=[question]
    ) as stream:
        async for text in stream.text_stream:
            print(text, end="", flush=True)
    print()


asyncio.run(main())
