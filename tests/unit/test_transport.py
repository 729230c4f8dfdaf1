"""The drivers over transports of a caller, which may do what those of httpx2 never do."""

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx2
import pytest

from mistralai import Mistral
from support.flows import ROLE, text
from support.serving import ASK


class Body(httpx2.SyncByteStream):
    """A body that does something between its two pieces."""

    def __init__(self, between: Callable[[], object] = lambda: None) -> None:
        self.closed = False
        self._between = between

    def __iter__(self) -> Iterator[bytes]:
        yield ROLE + text("Hel")
        self._between()
        yield text("lo")

    def close(self) -> None:
        self.closed = True


def client_of(body: Body, **settings: Any) -> Mistral:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=body))
    return Mistral("key", client=httpx2.Client(transport=transport), **settings)


class Interrupting:
    """A logger that is interrupted once the response headers are there."""

    def debug(self, _: str, line: object) -> None:
        if "status 200" in str(line):
            raise KeyboardInterrupt


def test_a_call_that_is_interrupted_is_closed_immediately(subtests: pytest.Subtests) -> None:
    for method in ["stream", "complete"]:
        with subtests.test(method):
            body = Body()
            client = client_of(body, debug_logger=Interrupting())
            with pytest.raises(KeyboardInterrupt):
                getattr(client.chat, method)(**ASK)
            assert body.closed


def test_a_read_that_ends_as_it_is_closed_from_another_thread_is_closed_by_its_own() -> None:
    with ThreadPoolExecutor(1) as another:
        body = Body(lambda: another.submit(stream.close).result(10))
        stream = client_of(body).chat.stream(**ASK)
        assert len([next(stream), next(stream)]) == 2
        assert not body.closed
        assert next(stream, None) is None
    assert stream.end_reason == "closed"
    assert body.closed


class AsyncBody(httpx2.AsyncByteStream):
    """A body whose closing takes a moment."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield ROLE + text("Hel")

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.closed = True


@pytest.mark.anyio
async def test_a_task_that_is_cancelled_closes_its_stream_although_that_takes_a_moment() -> None:
    body = AsyncBody()
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=body))
    async with httpx2.AsyncClient(transport=transport) as http:
        client = Mistral("key", async_client=http)
        with anyio.CancelScope() as scope:
            async with client.chat.stream_async(**ASK) as stream:
                await anext(stream)
                scope.cancel()
                await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert body.closed
