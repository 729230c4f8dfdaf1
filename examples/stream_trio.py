import os
import trio
from mistralai import Mistral
from mistralai.models import UserMessage


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    async with client.chat.stream_async(
        model="mistral-large-latest",
        messages=[UserMessage(content="Explain machine learning.")],
    ) as stream:
        async for chunk in stream:
            content = chunk.data.choices[0].delta.content
            if content:
                print(content, end="", flush=True)
    print()


trio.run(main)
