"""The page in this process, `mistralai web` in another, and a model whose answers a test writes."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from anyio.from_thread import start_blocking_portal

from mistralai import Mistral
from mistralai.cli.failures import sentence
from mistralai.relay import Relay
from mistralai.relay.page import Page
from mistralai.simulator import Answer, Gate, ScenarioLike
from mistralai.simulator.received import Request
from support.processes import running
from support.servers import on_uvicorn
from support.serving import DONE, chunk, event

KEY = "sk-a-key-that-nobody-may-see-0123456789"


@dataclass(frozen=True)
class Served:
    """A page that is being served.

    Attributes:
        url: Its address.
        process: Its process.
    """

    url: str
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        """The `Origin` that a browser sends."""
        return self.url.rstrip("/")


@contextmanager
def web_page(*words: str, **environment: str) -> Iterator[Served]:
    """Serve the page on a free port, without opening a browser."""
    command = (sys.executable, "-m", "mistralai", "web", "--port", "0", *words)
    env = {"MISTRAL_API_KEY": KEY, **os.environ, **environment}
    with running(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        yield Served(process.stdout.readline().strip(), process)


@asynccontextmanager
async def _page(server_url: str) -> AsyncIterator[str]:
    async with Mistral(KEY, server_url=server_url) as client, Relay() as relay:

        async def models() -> list[str]:
            return [card.id for card in (await client.models.list_async()).data]

        def ask(model: str, messages: Any) -> Any:
            return client.chat.stream_async(model=model, messages=messages)

        page = Page(relay, ask, model="m", models=models, explain=sentence)
        async with page.running(), on_uvicorn(page, lifespan="off") as port:
            yield f"http://127.0.0.1:{port}/"
            page.close()


@contextmanager
def page_here(server_url: str) -> Iterator[str]:
    """Serve the page in a thread of this process; gives its address."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_page(server_url)) as url,
    ):
        yield url


def says(*pieces: str | Gate, thinking: str = "", ending: Any = "clean") -> Answer:
    """Return an answer in pieces; a gate waits for the test."""
    thought = [{"type": "thinking", "thinking": [{"type": "text", "text": thinking}]}]
    steps = [event(chunk(thought))] if thinking else []
    steps += [step if isinstance(step, Gate) else event(chunk(step)) for step in pieces]
    if ending == "clean":
        usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
        steps += [event(chunk("", "stop", usage=usage)), DONE]
    return Answer(body=steps, ending=ending)


def counting(*tokens: Any) -> Answer:
    """Return an answer with a usage beside each word, of so many tokens."""
    usages = [{"prompt_tokens": 5, "completion_tokens": number} for number in tokens]
    steps = [event(chunk("word ", usage=usage)) for usage in usages]
    return Answer(body=[*steps, event(chunk("", "stop")), DONE])


def model_that_says(answers: Sequence[ScenarioLike]) -> Callable[[Request], ScenarioLike]:
    """Return a scenario with an answer for each request in turn, beside the list of models."""
    left = iter(answers)
    return lambda request: next(left) if request.method == "POST" else "auto"
