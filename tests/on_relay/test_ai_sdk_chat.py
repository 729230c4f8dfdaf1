"""The `Chat` class of the AI SDK under Node, of four releases, reads a real relay."""

from contextlib import asynccontextmanager, suppress

import anyio
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from mistralai.client.errors import StreamTruncatedError
from mistralai.client.models import ImageURLChunk
from mistralai.deltas import (
    ApprovalNeeded,
    FinishDelta,
    ReferenceDelta,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    UnknownDelta,
)
from mistralai.relay import End, Opened, Relay, messages_from_ui
from mistralai.simulator.api.messages import check
from support.node import installed, running
from support.relay import HELLO, Script, ended
from support.relayed import RUN, usage
from support.servers import on_uvicorn

RELEASES = ["5.0.277", "6.0.0", "6.0.326", "7.0.173"]
REPEATS = "6.0.0"
"""A release that adds a resumed answer to what a page has of it, instead of beginning it again."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.timeout(300),
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.parametrize("release", RELEASES),
]

QUESTION = {"id": "u1", "role": "user", "parts": [{"type": "text", "text": "Hi."}]}
IMAGE = "data:image/png;base64,AA=="
SOURCE = {"type": "tool_reference", "tool": "web", "title": "T", "url": "https://a.example"}
RICH = (
    ThinkingDelta(0, "hm"),
    TextDelta(0, "a"),
    ReferenceDelta(0, (1,)),
    UnknownDelta(0, ImageURLChunk(image_url=IMAGE)),
    UnknownDelta(0, SOURCE),
    UnknownDelta(0, {"type": "new"}),
    ToolCallDelta(0, 0, None, "f", "nonsense"),
    FinishDelta(0, "tool_calls"),
    usage(1, 2),
    *RUN,
)


class BrokenError(Exception):
    """The connection of a reader is to break."""


class Site:
    """A relay and its application, whose answers the test has prepared.

    Attributes:
        sources: The source of the next answer, by key.
        bodies: The bodies that pages posted.
        breaking: True if the connection of the next reader breaks behind the first text.
        resumed: Set when a page that resumed has the first text.
    """

    def __init__(self):
        self.relay = Relay()
        self.sources = {}
        self.bodies = []
        self.breaking = False
        self.resumed = anyio.Event()
        protocols = {
            "chat": self.relay.asgi(self._ask, "ai-sdk"),
            "kept": self.relay.asgi(self._ask, "ai-sdk", finished="replay"),
            "six": self.relay.asgi(self._ask, "ai-sdk@6"),
        }
        routes = [Mount(f"/{path}", app) for path, app in protocols.items()]
        self._app = Starlette(routes=routes)

    def _ask(self, _scope, body):
        self.bodies.append(body)
        return self.sources[body["id"]]

    async def __call__(self, scope, receive, send):
        async def breaking(message):
            await send(message)
            if b"Hel" not in message.get("body", b""):
                return
            if scope["method"] == "GET":
                self.resumed.set()
            if self.breaking:
                self.breaking = False
                raise BrokenError

        with suppress(BrokenError):  # uvicorn closes the connection of a response without an end
            await self._app(scope, receive, breaking)


@asynccontextmanager
async def visited(release):
    """Serve a site, and give it with a program that opens pages."""
    site = Site()
    async with site.relay, on_uvicorn(site, lifespan="off") as port:
        url = f"http://127.0.0.1:{port}"
        async with running(installed(f"ai-{release}"), "chat.mjs", url) as pages:
            yield site, pages


async def ask(site, pages, key, source, *, path="chat"):
    """Open a page and ask there."""
    site.sources[key] = source
    await pages.do("open", id=key, path=path)
    await pages.do("send", id=key, text="Hi.")


async def test_a_whole_answer(release):
    async with visited(release) as (site, pages):
        await ask(site, pages, "k", ended(Opened("m1", "mistral-small", 17), *RICH))
        page = await pages.do("done", id="k")
        assert (page["status"], page["error"]) == ("ready", None)
        answer = page["messages"][-1]
        assert answer["id"] == "m1"
        assert page["text"] == "aab"
        assert answer["metadata"] == {
            "createdAt": 17_000,
            "model": "mistral-small",
            "usage": {"inputTokens": 5, "outputTokens": 8, "totalTokens": 13},
        }
        assert page["finish"]["isError"] is False
        assert page["finish"].get("finishReason", "stop") == "stop"
        assert [part["type"] for part in answer["parts"]] == [
            "step-start",
            "reasoning",
            "text",
            "data-references",
            "file",
            "source-url",
            "data-content",
            "tool-f",
            "step-start",
            "text",
            "tool-f",
            "tool-g",
            "step-start",
            "text",
        ]
        tools = [part for part in answer["parts"] if part["type"].startswith("tool-")]
        assert [tool["state"] for tool in tools] == [
            "output-error",
            "output-available",
            "output-error",
        ]
        assert all(part.get("state", "done") != "streaming" for part in answer["parts"])
        site.sources["k"] = ended(*HELLO)
        await pages.do("send", id="k", text="And?")
        assert (await pages.do("done", id="k"))["text"] == "Hello"
        messages = messages_from_ui(site.bodies[-1])
        check([message.model_dump(mode="json") for message in messages])
        roles = [message.role for message in messages]
        assert roles == ["user", "assistant", "assistant", "tool", "tool", "assistant", "user"]


async def test_an_answer_that_is_not_whole(release, subtests):
    cases = {
        "The answer broke off: the connection to the model was lost.": StreamTruncatedError("x"),
        "The application ended the answer with an error.": ValueError("x"),
    }
    async with visited(release) as (site, pages):
        for sentence, error in cases.items():
            with subtests.test(sentence):
                await ask(site, pages, sentence, ended(HELLO[0], error))
                page = await pages.do("done", id=sentence)
                assert (page["status"], page["error"]) == ("error", sentence)
                assert page["text"] == "Hel"
                assert page["messages"][-1]["parts"][-1]["state"] == "done"


async def test_an_answer_whose_process_died(release):
    async with visited(release) as (site, pages):
        async with site.relay.store.writing("k", leave_grace=None) as writer:
            await writer.append(Opened("m1", None, 17))
            await writer.append(HELLO[0])
            await writer.finish(End("lost", "The process that wrote the answer died."))
        await pages.do("open", id="k", path="kept", messages=[QUESTION])
        await pages.do("resume", id="k")
        page = await pages.do("done", id="k")
        assert page["status"] == "error"
        assert page["error"] == "The process that wrote the answer died."
        assert page["text"] == "Hel"


async def test_an_answer_that_is_stopped(release):
    async with visited(release) as (site, pages):
        await ask(site, pages, "k", Script(HELLO[0]))
        await pages.do("until", id="k", text="Hel")
        assert await site.relay.stop("k") == "stopped"
        page = await pages.do("done", id="k")
        assert (page["status"], page["error"], page["text"]) == ("ready", None, "Hel")
        assert page["messages"][-1]["parts"][-1]["state"] == "done"


async def test_a_page_that_is_loaded_in_mid_answer(release):
    async with visited(release) as (site, pages):
        script = Script(HELLO[0])
        await ask(site, pages, "k", script)
        await pages.do("until", id="k", text="Hel")
        await pages.do("open", id="k", path="chat", messages=[QUESTION])
        await pages.do("resume", id="k")
        await site.resumed.wait()
        script.say(*HELLO[1:], None)
        page = await pages.do("done", id="k")
        assert (page["status"], page["error"], page["text"]) == ("ready", None, "Hello")
        assert len(page["messages"]) == 2


async def test_a_page_whose_connection_breaks(release):
    async with visited(release) as (site, pages):
        script = Script(HELLO[0])
        site.breaking = True
        await ask(site, pages, "k", script)
        page = await pages.do("done", id="k")
        assert (page["status"], page["error"], page["text"]) == ("error", "terminated", "Hel")
        await pages.do("resume", id="k")
        await site.resumed.wait()
        script.say(*HELLO[1:], None)
        page = await pages.do("done", id="k")
        assert (page["status"], page["error"]) == ("ready", None)
        assert page["text"] == ("HelHello" if release == REPEATS else "Hello")
        assert len(page["messages"]) == 2


async def test_a_page_with_nothing_to_resume(release):
    async with visited(release) as (site, pages):
        await ask(site, pages, "k", ended(*HELLO))
        await pages.do("done", id="k")
        for key in ("k", "missing"):
            await pages.do("open", id=key, path="chat", messages=[QUESTION])
            await pages.do("resume", id=key)
            page = await pages.do("done", id=key)
            assert (page["status"], page["error"]) == ("ready", None)
            assert page["messages"] == [QUESTION]


async def test_a_call_that_waits_for_an_approval(release, subtests):
    source = (ApprovalNeeded("abcdefghi", "f", {"x": 1}), FinishDelta(0, "tool_calls"))
    async with visited(release) as (site, pages):
        with subtests.test("for all releases"):
            await ask(site, pages, "k", ended(*source))
            page = await pages.do("done", id="k")
            assert page["status"] == "ready"
            call, data = page["messages"][-1]["parts"][1:]
            assert (call["state"], data["type"]) == ("input-available", "data-approval")
        if release == "5.0.277":
            return
        with subtests.test("for 6.0 and newer"):
            await ask(site, pages, "six", ended(*source), path="six")
            page = await pages.do("done", id="six")
            call = page["messages"][-1]["parts"][-1]
            assert (page["status"], call["state"]) == ("ready", "approval-requested")
            assert call["approval"]["id"] == "abcdefghi"
