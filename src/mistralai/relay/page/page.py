"""The chat page as an application: its routes, and the answers that run behind it.

Theory of operation. What all tabs of a conversation show is here: its turns, with a version. A tab
waits for the next version, and while an answer is being written it reads the log of that answer,
from the relay: both can be done again after a reload or a lost connection, with the numbers that
the tab has. The first tab has no other way than the second one.

A question is added, then its answer starts as a log of the relay, and a task here follows that log
like any reader, and keeps what it has when it ends. So an answer is whole without any tab.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route

from ..asgi import Refused
from ..errors import RelayError
from ..frames import End, Frame
from .answers import Part
from .conversations import Conversations, Turn
from .document import HEADERS, document, policy
from .guard import Guard

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from ..relay import Relay
    from .answers import Ask
    from .conversations import Conversation

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request."""

LONGEST_WAIT: Final = 20.0
"""Seconds after which a tab that waits for news is told that there are none."""

_GONE: Final = (
    "This conversation is no longer on the server, which keeps conversations in memory and forgets"
    " them when it ends. A new question begins another one."
)


_Body = TypeVar("_Body", bound=BaseModel)


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    model: str
    turns: int = 0


class _Again(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    turn: int
    model: str


class Page:
    """The page, as an ASGI application. Use it inside `async with page.running()`.

    Args:
        relay: The relay, in memory, that answers run in.
        ask: Asks a model for the next message of a conversation.
        model: The model that is chosen at first.
        models: Returns the names of the models to choose from.
        explain: Returns the sentence about an error of `ask` or `models`.
        server: The name of the server, to show.
        simulated: Whether it is a simulated one.
    """

    def __init__(
        self,
        relay: Relay,
        ask: Ask,
        *,
        model: str,
        models: Callable[[], Awaitable[Sequence[str]]],
        explain: Callable[[Exception], str] = str,
        server: str = "",
        simulated: bool = False,
    ) -> None:
        self._relay = relay
        self._ask = ask
        self._models = models
        self._explain = explain
        self._about = {"model": model, "server": server, "simulated": simulated}
        self._conversations = Conversations()
        self._tasks: anyio.abc.TaskGroup | None = None
        self._is_closing = False
        self._document = document()
        self._app = Guard(self._routes(), HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep what answers say, as long as the block runs."""
        async with anyio.create_task_group() as self._tasks:
            yield
            self.close()
            self._tasks.cancel_scope.cancel()

    def close(self) -> None:
        """Let the tabs that wait for news go, before the server ends."""
        self._is_closing = True
        for conversation in self._conversations:
            conversation.wake()

    def _routes(self) -> Starlette:
        one = "/conversations/{id}"
        return Starlette(
            routes=[
                Route("/", self._get_document),
                Route("/about", self._get_about),
                Route("/models", self._get_models),
                Route("/conversations", self._post_conversation, methods=["POST"]),
                Route(one, self._get_conversation),
                Route(f"{one}/questions", self._post_question, methods=["POST"]),
                Route(f"{one}/retry", self._post_retry, methods=["POST"]),
                Route(f"{one}/continue", self._post_continue, methods=["POST"]),
                Mount("/answers", self._relay.asgi(_refuse, protocol="events")),
            ],
            exception_handlers={HTTPException: _as_json},
        )

    async def _get_document(self, _request: Request) -> HTMLResponse:
        headers = {"content-security-policy": policy(self._document)}
        return HTMLResponse(self._document, headers=headers)

    async def _get_about(self, _request: Request) -> JSONResponse:
        return JSONResponse(self._about)

    async def _get_models(self, _request: Request) -> JSONResponse:
        try:
            return JSONResponse({"models": [*await self._models()]})
        except Exception as error:  # noqa: BLE001 - the page shows it
            raise HTTPException(502, self._explain(error)) from None

    async def _get_conversation(self, request: Request) -> JSONResponse:
        conversation = self._conversation(request)
        version = request.query_params.get("version", "")
        if version.isdecimal() and not self._is_closing:
            await conversation.wait(int(version), LONGEST_WAIT)
        return JSONResponse(self._conversation(request).as_json())

    async def _post_conversation(self, request: Request) -> JSONResponse:
        question = await _body(request, _Question)
        conversation = self._conversations.create()
        await self._add_question(conversation, question)
        return JSONResponse({"id": conversation.id}, 201)

    async def _post_question(self, request: Request) -> JSONResponse:
        question = await _body(request, _Question)
        conversation = self._conversation(request)
        if conversation.is_running or question.turns != len(conversation.turns):
            raise HTTPException(409, "Another tab has asked something here in the meantime.")
        await self._add_question(conversation, question)
        return JSONResponse({"id": conversation.id}, 201)

    async def _post_retry(self, request: Request) -> JSONResponse:
        conversation, turn, model = await self._last_turn(request)
        turn.restart(model)
        await self._answer(conversation, turn)
        return JSONResponse({"id": conversation.id})

    async def _post_continue(self, request: Request) -> JSONResponse:
        conversation, turn, _ = await self._last_turn(request)
        if not turn.text.strip():
            raise HTTPException(409, "The answer has no text to go on from; try again instead.")
        await self._answer(conversation, turn)
        return JSONResponse({"id": conversation.id})

    def _conversation(self, request: Request) -> Conversation:
        conversation = self._conversations.get(request.path_params["id"])
        if conversation is None:
            raise HTTPException(404, _GONE)
        return conversation

    async def _last_turn(self, request: Request) -> tuple[Conversation, Turn, str]:
        """Return the conversation and the turn of a request that changes its answer."""
        again = await _body(request, _Again)
        conversation = self._conversation(request)
        if conversation.is_running or again.turn != len(conversation.turns) - 1:
            raise HTTPException(409, "Another tab has asked something here in the meantime.")
        return conversation, conversation.turns[again.turn], again.model

    async def _add_question(self, conversation: Conversation, question: _Question) -> None:
        turn = Turn(question.text, question.model)
        conversation.turns.append(turn)
        await self._answer(conversation, turn)

    async def _answer(self, conversation: Conversation, turn: Turn) -> None:
        """Start a part of a turn's answer, and the task that keeps it."""
        assert self._tasks is not None, "use the page inside `async with page.running()`"
        key = conversation.next_key()
        part = Part(turn, self._ask, conversation.messages(turn), self._explain)
        turn.begin(key)
        try:
            await self._relay.start(key, part.deltas)
        except RelayError as error:
            turn.end(End("failed"), str(error))
        else:
            self._tasks.start_soon(self._keep, conversation, key, part)
        conversation.changed()

    async def _keep(self, conversation: Conversation, key: str, part: Part) -> None:
        try:
            async for frame in self._relay.follow(key):
                part.keep(frame)
        except RelayError as error:  # the relay was closed just after it had started the answer
            part.keep(Frame(0, End("failed", str(error))))
        conversation.changed()


async def _body(request: Request, kind: type[_Body]) -> _Body:
    """Return the body of a request.

    Raises:
        HTTPException: It is too large, or not what the page sends.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HTTPException(413, f"The message is larger than {MAX_BODY:,} bytes.")
    try:
        return kind.model_validate_json(bytes(body))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "body"
        raise HTTPException(422, f"{place}: {error.errors()[0]['msg']}") from None


def _refuse(_scope: Scope, _body: Mapping[str, Any]) -> None:
    raise Refused(404, "questions are asked at /conversations")


async def _as_json(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
