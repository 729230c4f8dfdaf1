"""llm-mistral, which knows no other address than Mistral's: the environment names the simulator."""

import os
import tempfile

os.environ["LLM_USER_PATH"] = tempfile.mkdtemp()

import llm
from checks import POEM, QUESTION, THROUGH, City, failing, main

KEY = {"key": "key", "stream": True}


def model(url):
    os.environ["MISTRAL_SERVER_URL"] = url
    return llm.get_model("mistral/mistral-large-latest")


def text(url):
    return "".join(model(url).prompt(POEM, **KEY))


async def text_async(url):
    os.environ["MISTRAL_SERVER_URL"] = url
    response = llm.get_async_model("mistral/mistral-large-latest").prompt(POEM, **KEY)
    return "".join([piece async for piece in response])


def tool(url):
    given = {}

    def get_weather(city: str) -> str:
        """Say how the weather is."""
        given["city"] = city
        return "sunny"

    assert "".join(model(url).chain(QUESTION, tools=[get_weather], **KEY)) == "It is sunny."
    return given


def structured(url):
    return City.model_validate_json(model(url).prompt("A city.", schema=City, **KEY).text())


def cancelled(url):
    pieces = iter(model(url).prompt(POEM, **KEY))
    next(pieces)
    pieces.close()


main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
main(text=text_async, error=text_async)
for check in (text, text_async):  # it has no timeout to set
    failing(check, unreachable=THROUGH["unreachable"], cut=THROUGH["cut"])
