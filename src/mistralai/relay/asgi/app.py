"""A relay as an ASGI application.

Theory of operation. A request becomes a `Route`, and its place a response: a stream of one log, or
something short. Every refusal is an exception on its way here, where it becomes a response in the
form that the clients of the protocol show. Any other exception becomes a 500 without details, and
is raised to the server, which logs it once.

Following is the same for `POST /`, which has started the answer, and for `GET`, which brings a
number or none. 204 tells a client that there is nothing to follow: no answer under this key, or one
that has ended and that the reader has already.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, assert_never
from urllib.parse import quote
from uuid import uuid4

from ..endings import MISSING
from ..errors import UnknownNumberError
from ..frames import Frame
from ..protocols import PROTOCOLS
from ..source import discard
from .answers import Answer, Refused
from .dialects import dialect_of
from .following import send_log, while_connected
from .lifespan import serve_lifespan
from .permissions import permit
from .refusals import UNEXPECTED, refusal_of
from .requests import ClientGoneError, check_key, fault_of_key, key_in, number_of, read_body
from .routing import METHODS, Place, find_route
from .sending import Response, State
from .types import NO_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..log import Log
    from ..protocols import Encoder
    from ..relay import Relay
    from .types import Ask, Headers, May, Receive, Scope, Send

STREAM_HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}
"""What keeps proxies from holding a stream back, or from compressing it."""

RELAY_ID: Final = "x-relay-id"
"""The header with a key that the client does not know."""


class Application:
    """A relay over HTTP: `POST /`, `GET /{id}/stream`, `POST /{id}/stop`.

    It is what `Relay.asgi` returns, and can be mounted in any ASGI framework.
    """

    def __init__(
        self,
        relay: Relay,
        ask: Ask,
        *,
        protocol: str,
        may: May | None = None,
        send_timeout: float = 30.0,
        heartbeat: float = 15.0,
        finished: Literal["replay"] | None = None,
        make_key: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        """Keep the settings, which `Relay.asgi` explains.

        Args:
            relay: Whose answers it serves.
            ask: Makes a source of a request.
            protocol: The format of streams.
            may: Decides who may follow and stop.
            send_timeout: Seconds.
            heartbeat: Seconds.
            finished: What a reader without a number gets of an answer that has ended.
            make_key: Makes the key of an answer whose client has none.

        Raises:
            TypeError: `ask` or `may` is not a function.
            ValueError: A setting has no such value.
        """
        if not callable(ask):
            raise TypeError(
                f"ask is {type(ask).__name__}; give a function of the scope and the body"
            )
        if may is not None and not callable(may):
            raise TypeError(
                f"may is {type(may).__name__}; give a function of the scope, a key and an action"
            )
        if protocol not in PROTOCOLS:
            names = ", ".join(PROTOCOLS)
            raise ValueError(f"protocol={protocol!r} is not known; choose one of {names}")
        for name, value in (("send_timeout", send_timeout), ("heartbeat", heartbeat)):
            if not value > 0:
                raise ValueError(f"{name} is {value!r}; give seconds, more than 0")
        if finished not in (None, "replay"):
            raise ValueError(f'finished={finished!r} is not known; give "replay", or nothing')
        self._relay = relay
        self._ask = ask
        self._protocol = protocol
        self._may = may
        self._send_timeout = send_timeout
        self._heartbeat = heartbeat
        self._dialect = dialect_of(protocol)
        self._replays = finished == "replay" or self._dialect.replays
        self._make_key = make_key
        self._encoder = PROTOCOLS[protocol]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} protocol={self._protocol!r}>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI asks for it.

        Raises:
            BrokenOffError: A response is broken off; servers close its connection.
            Exception: What `ask`, `may` or a source raised.
        """
        match scope["type"]:
            case "http":
                await self._answer(scope, receive, send)
            case "lifespan":
                await serve_lifespan(self._relay, receive, send)
            case "websocket":  # before it is accepted, this refuses it
                await send({"type": "websocket.close", "code": 1000, "reason": ""})
            case other:
                raise ValueError(f"this application serves HTTP, not {other!r}")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = Response(send, limit=self._send_timeout, head=scope["method"] == "HEAD")
        try:
            await self._serve(scope, receive, response)
        except ClientGoneError:
            return
        except Exception as exc:
            refused = refusal_of(exc)
            if response.state is State.UNSENT:
                await self._refuse(response, refused or UNEXPECTED)
                if refused is not None:
                    return
            raise

    async def _refuse(self, response: Response, refused: Refused) -> None:
        media_type, body = self._dialect.error_body(refused)
        try:
            await response.send_whole(refused.status, body, media_type, refused.headers)
        except ClientGoneError:
            return

    async def _serve(self, scope: Scope, receive: Receive, response: Response) -> None:
        route = find_route(scope, completions=self._dialect.is_openai)
        if route is None:
            raise Refused(404, "there is nothing at this address; see the routes of a relay")
        methods = METHODS[route.place]
        if scope["method"] not in methods:
            allowed = ", ".join(methods)
            raise Refused(405, f"this address takes {allowed} only", headers={"allow": allowed})
        match route.place:
            case Place.START:
                await self._start(scope, receive, response)
            case Place.FOLLOW:
                check_key(route.key, "the id in the path")
                await self._permit(scope, route.key, "follow")
                await self._follow(scope, receive, response, route.key)
            case Place.STOP:
                check_key(route.key, "the id in the path")
                await self._permit(scope, route.key, "stop")
                status = await self._relay.stop(route.key)
                body = b'{"status":"%b"}' % status.encode()
                await response.send_whole(200, body, "application/json")
            case _:
                assert_never(route.place)

    async def _permit(self, scope: Scope, key: str, action: Literal["follow", "stop"]) -> None:
        await permit(self._may, scope, key, action, shared=self._relay.store.shared)

    async def _start(self, scope: Scope, receive: Receive, response: Response) -> None:
        """Start an answer and follow it."""
        body = await read_body(scope, receive)
        dialect = self._dialect
        if dialect.is_openai and body.get("stream") is not True:
            raise Refused(400, 'this server only streams; send "stream": true')
        wanted = key_in(body, dialect.key_field)
        message = key_in(body, dialect.message_field) if dialect.message_field else None
        answer = self._ask(scope, body)
        if inspect.iscoroutine(answer):  # not what `stream_async` returns, which is a source
            answer = await answer
        if not isinstance(answer, Answer):
            answer = Answer(answer)
        key = wanted if answer.key is None else answer.key  # an empty one is a bug, not a wish
        if key is None:
            if not dialect.is_openai:
                await discard(answer.source)
                raise Refused(400, f"the body has no `{dialect.key_field}`, the id of the answer")
            key = self._make_key()
        await _check_own_key(answer)
        await self._relay.start(key, answer.source, answer.message_id or message)
        headers = {} if key == wanted else {RELAY_ID: quote(key, safe="")}
        async with await self._relay.reading(key) as log:
            encoder = self._encoder(key, **dialect.encoder_options(body))
            await self._stream(receive, response, log, encoder, headers=headers)

    async def _follow(self, scope: Scope, receive: Receive, response: Response, key: str) -> None:
        """Follow an answer that was started before."""
        after = number_of(scope)
        # Nobody who is refused, or only asks, counts as a reader whose leaving may stop the answer.
        async with await self._relay.reading(key, counted=False) as log:
            if log is None:
                if after is not None:
                    raise UnknownNumberError(
                        f"event {after} is not known: there is no answer under this key; "
                        "leave the number out to read from the beginning"
                    )
                await response.send_whole(204)
                return
            if after is not None:
                log.check(after)
            nothing_new = not self._replays if after is None else after == log.last
            if log.end is not None and nothing_new:
                await response.send_whole(204)
                return
            counted = scope["method"] != "HEAD"
            async with await self._relay.reading(key, counted=counted) as followed:
                if after is not None and followed is not None:
                    followed.check(after)
                encoder = self._encoder(key, after=after or 0)
                await self._stream(receive, response, followed, encoder, after=after or 0)

    async def _stream(
        self,
        receive: Receive,
        response: Response,
        log: Log | None,
        encoder: Encoder,
        *,
        after: int = 0,
        headers: Headers = NO_HEADERS,
    ) -> None:
        """Send a log to its end, as long as the client is there."""
        await response.begin(
            {
                "content-type": encoder.media_type,
                **STREAM_HEADERS,
                **encoder.headers,
                **headers,
            },
            encoder.opening,
        )
        if response.state is State.COMPLETE:  # HEAD
            return
        if log is None:  # it went away between its start and now
            await response.write(encoder.encode(Frame(0, MISSING)))
            await response.complete()
            return
        sending = partial(send_log, log, encoder, response, after=after, heartbeat=self._heartbeat)
        await while_connected(receive, sending)


async def _check_own_key(answer: Answer) -> None:
    """Refuse a key of the application's under which nobody could ask for the answer.

    Raises:
        ValueError: It is too long, or has control characters.
    """
    key = answer.key
    fault = fault_of_key(key) if key and isinstance(key, str) else None  # `start` refuses others
    if fault is not None:
        await discard(answer.source)
        raise ValueError(f"the key of an answer {fault}")
