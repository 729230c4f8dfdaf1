"""Completion by jedi, which IPython, Jupyter and many editors use."""

import sys
from collections.abc import Callable

import jedi
import pytest

from mistralai.client import Mistral
from mistralai.client._api.params import AgentsParams, ChatParams, EmbeddingsParams, FIMParams

METHODS = {"complete", "complete_async", "parse", "parse_stream", "stream", "stream_async"}
CHAT = {*ChatParams.__annotations__}
CHUNK = {"choices", "id", "model", "usage"}
STREAM = {"deltas", "get_final_text", "response", "text_stream"}

PROGRAM: list[tuple[str, set[str]]] = [
    ("from mistralai.client import |Mistral", {"RetryConfig", "UNSET", "errors", "models"}),
    ("from mistralai import |UserMessage", {"Mistral", "UserMessage", "client", "models"}),
    ("import mistralai", set()),
    ("from mistralai.client.models import |UserMessage", {"AssistantMessage", "CompletionChunk"}),
    ("from mistralai.models import UserMessage as Older", set()),
    ("from mistralai.client import errors, models", set()),
    ("from mistralai.client.types import |UNSET", {"BaseModel", "OptionalNullable", "UNSET"}),
    ("from mistralai.client.utils import |RetryConfig", {"BackoffStrategy", "eventstreaming"}),
    ("from mistralai.extra import |ParsedChatCompletionResponse", {"CustomPydanticModel"}),
    ("from mistralai.azure.client import MistralAzure", set()),
    ("models.|UserMessage(content='x')", {"ChatCompletionResponse", "UserMessage"}),
    ("UserMessage(|content='x')", {"content", "role"}),
    ("Older(|content='x')", {"content", "role"}),
    ("errors.|SDKError", {"HTTPValidationError", "SDKError"}),
    ("mistralai.Mistral().|chat", {"chat", "fim"}),
    ("client = Mistral(|api_key='k')", {"api_key", "retry_config", "server_url"}),
    ("client.|chat", {"agents", "chat", "embeddings", "fim", "models", "sdk_configuration"}),
    ("client.chat.|stream", METHODS),
    ("client.chat.parse(|Book, model='m')", CHAT),
    ("client.chat.parse_stream_async(|Book, model='m')", CHAT),
    ("client.fim.complete(|model='m')", {*FIMParams.__annotations__}),
    ("client.agents.stream(|agent_id='a')", {*AgentsParams.__annotations__}),
    ("client.embeddings.create(|model='m')", {*EmbeddingsParams.__annotations__}),
    ("client.models.list(|provider='p')", {"model", "provider", "timeout_ms"}),
    ("client.models.retrieve(|model_id='m')", {"model_id", "timeout_ms"}),
    ("MistralAzure('k').chat.stream(|messages=[])", CHAT),
    ("answer = client.chat.complete(|model='m', messages=[])", CHAT),
    ("answer.|choices", {*CHUNK, "request_id"}),
    ("answer.choices[0].message.|content", {"content", "prefix", "tool_calls"}),
    ("for event in client.chat.stream(|model='m', messages=[]):", CHAT),
    ("    event.|data", {"data"}),
    ("    event.data.|choices", CHUNK),
    ("    event.data.choices[0].delta.|content", {"content", "role", "tool_calls"}),
    ("with client.chat.stream(model='m', messages=[]) as stream:", set()),
    ("    stream.|response", STREAM),
    ("    for event in stream:", set()),
    ("        event.data.|choices", CHUNK),
    ("async def main():", set()),
    ("    async with client.chat.stream_async(|model='m', messages=[]) as entered:", CHAT),
    ("        entered.|response", STREAM),
    ("        async for event in entered:", set()),
    ("            event.data.|choices", CHUNK),
    ("    awaited = await client.chat.stream_async(model='m', messages=[])", set()),
    ("    async for event in awaited:", set()),
    ("        event.data.|choices", CHUNK),
]
"""A program, with a bar where it is completed, and the names that must be offered there."""


def completer() -> Callable[[int, str], set[str]]:
    """Return a function that completes a line of the program after its text so far."""
    source = "\n".join(line.replace("|", "") for line, _ in PROGRAM)
    # A separate process, because pytest imports this package in a way that hides its source.
    environment = jedi.create_environment(sys.executable, safe=False)
    script = jedi.Script(source, environment=environment)

    def complete(number: int, text: str) -> set[str]:
        names = {name.name for name in script.complete(number, len(text))}
        keywords = {name.removesuffix("=") for name in names if name.endswith("=")}
        return keywords if text.endswith("(") else names

    return complete


@pytest.mark.timeout(180)  # jedi reads the modules of this package, of pydantic and of typing
def test_editors_complete_the_names_that_they_complete_for_the_generated_sdk(tmp_path, monkeypatch):
    """Some methods complete only their own keywords; those of `ChatParams` are a sample."""
    monkeypatch.setattr(jedi.settings, "cache_directory", tmp_path)
    complete = completer()
    wrong = {}
    for number, (line, names) in enumerate(PROGRAM, 1):
        text, bar, _ = line.partition("|")
        if not bar:
            continue
        offered = complete(number, text)
        is_exact = names is CHAT and "parse" not in line
        if not names <= offered or (is_exact and names != offered):
            wrong[line] = names ^ offered if is_exact else names - offered
    assert not wrong


def test_a_session_completes_the_keywords_of_a_client_that_is_there():
    with Mistral("key") as client:
        script = jedi.Interpreter("client.chat.stream(", [{"client": client}])
        offered = {name.name.removesuffix("=") for name in script.complete()}
    assert offered >= CHAT
