"""Bodies of other transports, on asyncio and trio: without limits, and closed in the middle."""

from collections.abc import AsyncIterator
from itertools import count
from types import SimpleNamespace

import anyio
import httpx2
import pytest

from mistralai.client._http.deadline import Deadline
from mistralai.client._http.foreign import AsyncForeignBody
from support.flows import Clock

pytestmark = pytest.mark.anyio


async def ahead(taken: list[int]) -> AsyncIterator[bytes]:
    """A body of which all was read ahead, so that nothing of it waits: no cancellation ends it."""
    for number in count():
        taken.append(number)
        yield b"piece"


async def closed() -> None:
    """Close a response."""


async def test_a_body_that_was_read_ahead_is_let_go_of_after_so_many_pieces():
    taken: list[int] = []
    pieces = ahead(taken)
    response = SimpleNamespace(headers={}, aiter_raw=lambda: pieces, aclose=closed)
    body = AsyncForeignBody(response)
    body.begin({})
    assert await body.read(Deadline(None, Clock())) == b"piece"
    await body.aclose()
    assert len(taken) == 1 + 11_000
    await pieces.aclose()


async def test_a_body_that_is_closed_as_a_piece_arrives_is_let_go_of_by_who_reads_it():
    let_go: list[bool] = []

    async def pieces() -> AsyncIterator[bytes]:
        try:
            await body.aclose()  # by another task, while this one reads
            yield b"piece"
            await anyio.sleep_forever()
        finally:
            let_go.append(True)

    generator = pieces()
    body = AsyncForeignBody(SimpleNamespace(headers={}, aiter_raw=lambda: generator, aclose=closed))
    body.begin({})
    with pytest.raises(httpx2.ReadError, match="closed"):
        await body.read(Deadline(None, Clock()))
    assert let_go == [True]
    await generator.aclose()
