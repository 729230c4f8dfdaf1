import os
from mistralai import Mistral
from mistralai.models import UserMessage

client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])

with client.chat.stream(
    model="mistral-large-latest",
    messages=[UserMessage(content="Write a short poem about coding.")],
) as stream:
    for chunk in stream:
        content = chunk.data.choices[0].delta.content
        if content:
            print(content, end="", flush=True)
print()
