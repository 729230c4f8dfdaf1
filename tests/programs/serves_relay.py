"""A relay for ASGI servers. Its answers say what `POST /say/<key>` tells them, until "" is said.

`RELAY_FRONT` mounts it in FastAPI ("fastapi", and then a root path), puts it behind Starlette's
compression ("gzip"), or leaves it alone. `RELAY_SETTINGS` has the settings of `Relay.asgi` as JSON;
`RELAY_MAY` is empty if it has no `may`. `GET /closed/<key>` waits until the answer was stopped, or
has ended.
"""

import importlib
import json
import os
from collections.abc import AsyncIterator
from typing import Any

import anyio

from mistralai.client.deltas import FinishDelta, TextDelta
from mistralai.relay import Relay
from mistralai.relay.asgi.types import Receive, Scope, Send

FRONT = os.environ.get("RELAY_FRONT", "")
MAY = os.environ.get("RELAY_MAY", "yes")
SETTINGS: dict[str, Any] = json.loads(os.environ.get("RELAY_SETTINGS", "{}"))


class Said:
    """What an answer is to say; a text that is a number stands for so many characters."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._news = anyio.Event()
        self.closed = anyio.Event()

    def say(self, text: str) -> None:
        """Say a text next."""
        self._texts.append("x" * int(text) if text.isdecimal() else text)
        self._news.set()

    async def __call__(self) -> AsyncIterator[Any]:
        try:
            async for delta in self._deltas():
                yield delta
        finally:
            self.closed.set()

    async def _deltas(self) -> AsyncIterator[Any]:
        while True:
            while not self._texts:
                self._news = anyio.Event()
                await self._news.wait()
            text = self._texts.pop(0)
            if text == "":
                yield FinishDelta(0, "stop")
                return
            if text == "fail":
                raise LookupError("the source failed")
            yield TextDelta(0, text)


relay = Relay(on_last_leave="stop", grace=float(os.environ.get("RELAY_GRACE", "0")))
answers: dict[str, Said] = {}


def ask(_: Scope, body: dict[str, Any]) -> Said:
    answer = answers[body["id"]] = Said()
    for text in body.get("say", []):
        answer.say(text)
    return answer


def may(*_: Any) -> bool:
    return True


settings: dict[str, Any] = {"protocol": "events", "may": may if MAY else None, **SETTINGS}
served = relay.asgi(ask, **settings)


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the relay, and `/say` and `/status` beside it."""
    head, _, key = scope.get("path", "").removeprefix("/").partition("/")
    if head == "say":
        text = (await receive()).get("body", b"").decode()
        answers[key].say(text)
        await respond(send, "said")
    elif head == "closed":
        await answers[key].closed.wait()
        await respond(send, "closed")
    else:
        await served(scope, receive, send)


async def respond(send: Send, text: str) -> None:
    length = (b"content-length", b"%d" % len(text))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": text.encode()})


def fronted() -> Any:
    """Return the application in what `RELAY_FRONT` says."""
    if FRONT == "gzip":
        from starlette.middleware.gzip import GZipMiddleware

        return GZipMiddleware(plain, minimum_size=1)
    if FRONT.startswith("fastapi"):
        fastapi: Any = importlib.import_module("fastapi")  # not installed where types are checked
        outer = fastapi.FastAPI(root_path=FRONT.removeprefix("fastapi"))
        outer.mount("/chat", served)
        outer.mount("/", plain)
        return outer
    return plain


app = fronted()
