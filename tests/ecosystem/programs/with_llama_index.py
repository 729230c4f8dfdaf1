"""llama-index-llms-mistralai."""

from checks import MODEL, POEM, QUESTION, THROUGH, TIMEOUT, City, failing, main
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.mistralai import MistralAI


def llm(url, **options):
    return MistralAI(api_key="key", endpoint=url, model=MODEL, **options)


def asking(question):
    return [ChatMessage(role="user", content=question)]


def text(url):
    return "".join(piece.delta or "" for piece in llm(url).stream_chat(asking(POEM)))


async def text_async(url):
    return "".join([piece.delta or "" async for piece in await llm(url).astream_chat(asking(POEM))])


def get_weather(city: str) -> str:
    """Say how the weather is."""
    return f"sunny in {city}"


def tool(url):
    model, tools = llm(url), [FunctionTool.from_defaults(get_weather)]
    *_, last = model.stream_chat_with_tools(tools, user_msg=QUESTION)
    [call] = model.get_tool_calls_from_response(last)
    assert call.tool_name == "get_weather"
    return call.tool_kwargs


def structured(url):
    return llm(url).as_structured_llm(City).complete("A city.").raw


def fails(url):
    return list(llm(url, timeout=TIMEOUT, max_retries=0).stream_chat(asking(POEM)))


async def fails_async(url):
    pieces = await llm(url, timeout=TIMEOUT, max_retries=0).astream_chat(asking(POEM))
    return [piece async for piece in pieces]


async def cancelled(url):
    stream = await llm(url).astream_chat(asking(POEM))
    async for _ in stream:
        break
    await stream.aclose()


main(text=text, tool=tool, structured=structured, error=text, cancelled=cancelled)
main(text=text_async, error=text_async)
for check in (fails, fails_async):
    failing(check, **THROUGH)
