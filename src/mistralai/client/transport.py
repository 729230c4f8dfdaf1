"""The two drivers of a flow, on httpx2.

A driver carries out the steps that a flow yields, and throws what the network
does wrong back into it as a `TransportFailure`. It holds the one answer that is
open, and nothing of what the call means.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
import httpx2

from .exchange import Exchange, forget_frames
from .reaper import Loop, reap
from .steps import Close, Read, Send, Sleep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from ..recording import Recorder
    from .httpclient import AsyncHttpClient, HttpClient
    from .response import Head
    from .steps import Step, Steps

T = TypeVar("T")


class SyncDriver:
    """Carries out the steps of one call in the thread that asks for it.

    `close` may come from any thread: it wakes a read that is blocked, and whoever
    asked for that read closes when it is back.
    """

    def __init__(
        self, client: HttpClient, clock: Callable[[], float], recorder: Recorder | None = None
    ) -> None:
        self._client: Any = client
        self._clock = clock
        self._recorder = recorder
        self._exchange = Exchange(clock)
        self._response: Any = None
        self._body: Iterator[bytes] = iter(())
        self._busy = threading.Lock()
        self._closing = threading.Event()

    def run(self, steps: Steps[T]) -> T:
        """Carry out steps to their end, and give what they return."""
        with self._busy:
            return self._run(steps, sys.exception())

    def _run(self, steps: Steps[T], handled: BaseException | None) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    result = self._do(step)
                except Exception as error:
                    failure = self._exchange.failure(error, handled)
                    if failure is None:
                        raise
                    step = steps.throw(failure)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            return cast("T", end.value)
        except BaseException as error:
            self._drop()
            if not isinstance(error, Exception):
                forget_frames(error, handled)
            raise

    def close(self) -> None:
        """Be done with the call, from any thread."""
        self._closing.set()
        if self._busy.acquire(blocking=False):
            self._drop()
            self._busy.release()
        else:
            self._exchange.shut_down()

    def abandon(self) -> None:
        """Be done with the call where nothing may wait or take a lock, as in a finaliser."""
        response, self._response = self._response, None
        if response is not None:
            self._exchange.shut_down()
            reap(response.close)

    def _do(self, step: Step) -> object:
        match step:
            case Read():
                return self._read(step)
            case Send():
                return self._send(step)
            case Sleep(seconds):
                self._closing.wait(seconds)
            case Close():
                self._drop()
        return None

    def _read(self, step: Read) -> bytes:
        exchange = self._exchange
        exchange.until(step.deadline, late=step.late)
        if exchange.body is None:
            return exchange.came(next(filter(None, self._body), b""))
        return exchange.came(exchange.body.read(exchange.timeout))

    def _send(self, step: Send) -> Head:
        self._exchange = exchange = exchange_by(
            self._client, self._clock, self._recorder, asynchronous=False
        )
        request = exchange.request(step, exchange.trace, self._client)
        response = self._client.send(request, **exchange.options(self._client))
        self._response = exchange.held(response)
        head = exchange.opened(response)
        if exchange.body is None:
            self._body = response.iter_bytes()
        return head

    def _drop(self) -> None:
        response, self._response = self._response, None
        self._body = iter(())
        self._exchange.over()
        if response is not None:
            response.close()


class AsyncDriver:
    """Carries out the steps of one call in the task that asks for it."""

    def __init__(
        self,
        client: AsyncHttpClient,
        clock: Callable[[], float],
        recorder: Recorder | None = None,
    ) -> None:
        self._client: Any = client
        self._clock = clock
        self._recorder = recorder
        self._exchange = Exchange(clock)
        self._response: Any = None
        self._body: AsyncIterator[bytes] | None = None
        self._waiting: anyio.CancelScope | None = None  # for a head, or for the next attempt
        self._loop: Loop | None = None

    async def run(self, steps: Steps[T]) -> T:
        """Carry out steps to their end, and give what they return."""
        handled = sys.exception()
        try:
            step = next(steps)
            while True:
                try:
                    result = await self._do(step)
                except Exception as error:
                    failure = self._exchange.failure(error, handled)
                    if failure is None:
                        raise
                    step = steps.throw(failure)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            return cast("T", end.value)
        except BaseException as error:
            await self.aclose()
            if not isinstance(error, Exception):
                forget_frames(error, handled)
            raise

    async def aclose(self) -> None:
        """Be done with the call, from any task."""
        if self._waiting is not None:
            self._waiting.cancel()
        response, self._response = self._response, None
        self._body = None
        self._exchange.over()
        if response is not None:
            with anyio.CancelScope(shield=True):  # a cancelled task closes what it opened
                await response.aclose()

    def abandon(self) -> None:
        """Be done with the call where nothing may wait, as in a finaliser, in any thread."""
        response, self._response = self._response, None
        if response is not None:
            self._exchange.shut_down()
            if self._loop is not None:
                self._loop.run_soon(response.aclose)

    async def _do(self, step: Step) -> object:
        match step:
            case Read():
                return await self._read(step)
            case Send():
                return await self._send(step)
            case Sleep(seconds):
                with anyio.CancelScope() as self._waiting:
                    await anyio.sleep(seconds)
            case Close():
                await self.aclose()
        return None

    async def _read(self, step: Read) -> bytes:
        exchange = self._exchange
        exchange.until(step.deadline, late=step.late)
        if exchange.body is None:
            return exchange.came(await self._decoded())
        return exchange.came(await exchange.body.aread(exchange.timeout))

    async def _decoded(self) -> bytes:
        if self._body is not None:
            async for data in self._body:
                if data:
                    return data
        return b""

    async def _send(self, step: Send) -> Head:
        self._exchange = exchange = exchange_by(
            self._client, self._clock, self._recorder, asynchronous=True
        )
        self._loop = self._loop or Loop()

        async def trace(event: str, info: object) -> None:
            # A call that is cancelled between connecting and sending leaves httpcore2's pool with
            # a connection that nobody uses and nobody closes.
            scope.shield = event.endswith((".connect_tcp.complete", ".start_tls.complete"))
            exchange.trace(event, info)

        request = exchange.request(step, trace, self._client)
        with anyio.CancelScope() as self._waiting:
            scope = self._waiting
            # A connection that is not ours ends each read in time, but not the head as a whole.
            exchange.when_sent = lambda: _expire(scope, step.answer)
            _expire(scope, exchange.until_head())
            response = await self._client.send(request, **exchange.options(self._client))
            self._response = exchange.held(response)
            head = exchange.opened(response)
            if exchange.body is None:
                self._body = response.aiter_bytes()
            return head
        raise httpx2.ReadTimeout("the head of the answer did not come in time")


def exchange_by(
    client: object,
    clock: Callable[[], float],
    recorder: Recorder | None,
    *,
    asynchronous: bool,
) -> Exchange:
    """Begin an attempt by a client: httpx2's own, or one of another make."""
    if isinstance(client, httpx2.Client | httpx2.AsyncClient):
        return Exchange(clock, recorder)
    from .foreign import ForeignExchange

    return ForeignExchange(clock, recorder, asynchronous=asynchronous)


def _expire(scope: anyio.CancelScope, seconds: float | None) -> None:
    if seconds is not None:
        scope.deadline = anyio.current_time() + seconds
