from mistralai.client import Mistral
from mistralai.client.models import UserMessage

client = Mistral()

with client.chat.stream(
    model="mistral-large-latest",
    messages=[UserMessage(content="Write a short poem about coding.")],
) as stream:
    for chunk in stream:
        content = chunk.data.choices[0].delta.content
        if content:
            print(content, end="", flush=True)
print()
