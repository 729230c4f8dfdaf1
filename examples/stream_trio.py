import trio

from mistralai import Mistral
from mistralai.models import UserMessage


async def main():
    client = Mistral()
    async with client.chat.stream_async(
        model="mistral-large-latest",
        messages=[UserMessage(content="Explain machine learning.")],
    ) as stream:
        async for text in stream.text_stream:
            print(text, end="", flush=True)
    print()


trio.run(main)
