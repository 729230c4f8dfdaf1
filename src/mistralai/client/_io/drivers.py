"""The two drivers of a flow, on httpx2.

A driver carries out the steps that a flow yields, and throws failures of the network
back into it as a `TransportFailure`. It holds the one response that is open, and does
not know the call's rules.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
import httpx2

from .._call.observed import UNWATCHED
from .._call.steps import Close, Read, Send, Sleep
from .._http.foreign import response_within
from .._http.reaper import Loop, reap
from .exchange import Exchange
from .forgetting import forget_requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ...recording import Recorder
    from .._call.response import Head
    from .._call.steps import Steps
    from .._call.watching import Watch
    from .._http.reading import AsyncReadable, Readable
    from ..httpclient import AsyncHttpClient, HttpClient

T = TypeVar("T")


class SyncDriver:
    """Carries out the steps of one call in the thread that asks for it.

    `close` may come from any thread: it wakes a read that is blocked, and whoever
    asked for that read closes when it is back.
    """

    def __init__(
        self,
        client: HttpClient,
        clock: Callable[[], float],
        recorder: Recorder | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._client: Any = client
        self._watch = watch
        self._clock = clock
        self._recorder = recorder
        self._exchange: Exchange[Readable] | None = None
        self._response: Any = None
        self._busy = threading.Lock()
        self._closed = False
        self._sleep: threading.Event | None = None  # set to end a sleep early

    def run(self, steps: Steps[T]) -> T:
        """Carry out steps to their end, and return their result."""
        with self._busy:
            return self._run(steps, sys.exception())

    def _run(self, steps: Steps[T], handled: BaseException | None) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    if isinstance(step, Read):
                        result: object = self._read(step)
                    else:
                        result = self._do(step)
                except Exception as error:
                    exchange = self._exchange
                    failure = exchange.failure(error, handled) if exchange else None
                    if failure is None:
                        raise
                    step = steps.throw(failure)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            return cast("T", end.value)
        except BaseException as error:
            if not isinstance(error, Exception):
                if self._exchange is not None:  # Ctrl-C between a response and its place here
                    self._exchange.shut_down()
                forget_requests(error, handled)
            self._drop()
            raise

    def close(self) -> None:
        """End the call, from any thread."""
        if self._closed and self._response is None:
            return
        self._closed = True
        if self._busy.acquire(blocking=False):
            self._drop()
            self._busy.release()
            return
        if self._sleep is not None:
            self._sleep.set()
        if self._exchange is not None:
            self._exchange.shut_down()

    def abandon(self, report: Callable[[], object] | None = None) -> None:
        """End the call where nothing may wait or take a lock, as in a finaliser.

        Args:
            report: Is called soon, in another thread.
        """
        response, self._response = self._response, None
        if response is not None and self._exchange is not None:
            self._exchange.shut_down()
            reap(response.close)
        if report is not None:
            reap(report)

    def _do(self, step: Send | Sleep | Close) -> object:
        match step:
            case Send():
                return self._send(step)
            case Sleep(seconds):
                self._sleep = threading.Event()
                if not self._closed:  # looked at after the event can be set
                    self._sleep.wait(seconds)
                self._sleep = None
            case Close():
                self._drop()
        return None

    def _read(self, step: Read) -> bytes:
        exchange = self._exchange
        assert exchange is not None
        exchange.set_read_deadline(step.deadline, late=step.late)
        return exchange.record_read(exchange.body.read(exchange.timeout))

    def _send(self, step: Send) -> Head:
        client = self._client
        self._exchange = exchange = exchange_by(client)(self._clock, self._recorder)
        request = exchange.request(step, client)
        if self._closed:
            raise httpx2.ReadError("the call was closed")
        with sending(self._watch):
            response = client.send(request, **exchange.options(client))
        self._response = exchange.held(response)
        return exchange.opened(response)

    def _drop(self) -> None:
        response, self._response = self._response, None
        if self._exchange is not None:
            self._exchange.release()
        if response is not None:
            response.close()


class AsyncDriver:
    """Carries out the steps of one call in the task that asks for it."""

    def __init__(
        self,
        client: AsyncHttpClient,
        clock: Callable[[], float],
        recorder: Recorder | None = None,
        watch: Watch | None = None,
        *,
        callers_own: bool = False,
    ) -> None:
        """Drive a call.

        Args:
            client: Sends its requests.
            clock: The clock of its deadlines.
            recorder: Records its exchanges, if given.
            watch: Those who observe the call, if any.
            callers_own: Whether the client is one of the caller's, whose transport may keep no
                limit of the response headers as a whole.
        """
        self._client: Any = client
        self._clock = clock
        self._recorder = recorder
        self._watch = watch
        self._callers_own = callers_own
        self._exchange: Exchange[AsyncReadable] | None = None
        self._response: Any = None
        self._sending = False
        self._sleep: anyio.CancelScope | None = None
        self._loop: Loop | None = None

    async def run(self, steps: Steps[T]) -> T:
        """Carry out steps to their end, and return their result."""
        handled = sys.exception()
        try:
            step = next(steps)
            while True:
                try:
                    if isinstance(step, Read):
                        result: object = await self._read(step)
                    else:
                        result = await self._do(step)
                except Exception as error:
                    exchange = self._exchange
                    failure = exchange.failure(error, handled) if exchange else None
                    if failure is None:
                        raise
                    step = steps.throw(failure)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            return cast("T", end.value)
        except GeneratorExit:  # nobody has the coroutine any more, and its loop may be over
            self.abandon()
            raise
        except BaseException as error:
            await self.aclose()
            if not isinstance(error, Exception):
                forget_requests(error, handled)
            raise

    async def aclose(self) -> None:
        """End the call, from any task."""
        if self._sleep is not None:
            self._sleep.cancel()
        exchange = self._exchange
        if exchange is None:
            return
        if self._sending:
            exchange.attempt.abort()
        response, self._response = self._response, None
        exchange.release()
        if response is None:
            return
        if exchange.complete:  # it gives its connection back, and waits for nothing
            await response.aclose()
        else:
            with anyio.CancelScope(shield=True):  # a cancelled task closes what it opened
                await response.aclose()

    def abandon(self, report: Callable[[], object] | None = None) -> None:
        """End the call where nothing may wait, as in a finaliser, in any thread.

        Args:
            report: Is called soon, in another thread.
        """
        response, self._response = self._response, None
        if response is not None and self._exchange is not None:
            self._exchange.shut_down()
            if self._loop is not None:
                self._loop.run_soon(response.aclose)
        if report is not None:
            reap(report)

    async def _do(self, step: Send | Sleep | Close) -> object:
        match step:
            case Send():
                return await self._send(step)
            case Sleep(seconds):
                with anyio.CancelScope() as self._sleep:
                    await anyio.sleep(seconds)
                self._sleep = None
            case Close():
                await self.aclose()
        return None

    async def _read(self, step: Read) -> bytes:
        exchange = self._exchange
        assert exchange is not None
        exchange.set_read_deadline(step.deadline, late=step.late)
        return exchange.record_read(await exchange.body.read(exchange.timeout))

    async def _send(self, step: Send) -> Head:
        client = self._client
        self._loop = self._loop or Loop()
        self._exchange = exchange = exchange_by(client)(
            self._clock, self._recorder, asynchronous=True, callers_own=self._callers_own
        )
        request = exchange.request(step, client)
        sent = client.send(request, **exchange.options(client))
        if self._callers_own:
            sent = response_within(exchange.until_head(), exchange.attempt, sent)
        self._sending = True
        try:
            with sending(self._watch):
                response = await sent
        finally:
            self._sending = False
        self._response = exchange.held(response)
        return exchange.opened(response)


def sending(watch: Watch | None) -> AbstractContextManager[object]:
    """Return the context in which a request is sent."""
    return UNWATCHED if watch is None else watch.sending()


def exchange_by(client: object) -> type[Exchange[Any]]:
    """Return the class of an attempt: by a client of httpx2's, or by one of another make."""
    if isinstance(client, httpx2.Client | httpx2.AsyncClient):
        return Exchange
    from .foreign import ForeignExchange

    return ForeignExchange
