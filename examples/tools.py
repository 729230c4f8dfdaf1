from typing import Annotated

from mistralai import Mistral
from mistralai.deltas import TextDelta, ToolResult, ToolStart


def weather(city: Annotated[str, "Name of a town"], days: int = 1) -> str:
    """Say how the weather is."""
    return f"sunny in {city} for {days} days"


client = Mistral()  # the key is in MISTRAL_API_KEY
question = {"role": "user", "content": "How is the weather in Brest?"}

with client.chat.run_tools(
    model="mistral-large-latest", messages=[question], tools=[weather]
) as run:
    for delta in run:
        match delta:
            case TextDelta(text=text):
                print(text, end="", flush=True)
            case ToolStart(name=name, arguments=arguments):
                print(name, arguments)
            case ToolResult(content=content):
                print(" ", content)
print()
