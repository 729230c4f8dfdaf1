"""One reader of one log over HTTP, from its first byte to its last.

Theory of operation. A reader is a number in the log, as everywhere, and two tasks: one sends what
is behind that number, the other waits in `receive()` for the client to leave, which ends both.
Nobody waits for a reader: when its client has taken what was sent, it sends all that has been added
since, in one piece.

A stream in which nothing was sent for `heartbeat` seconds gets the protocol's heartbeat, so that
proxies keep it open and a dead connection is noticed. The end of the log ends the response. If the
protocol has no other way to tell of an answer that is not whole, the response is broken off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
from anyio.lowlevel import checkpoint

from ..errors import BrokenOffError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..frames import Frame
    from ..log import Log
    from ..protocols import Encoder
    from .sending import Response
    from .types import Receive

AT_ONCE: Final = 200
"""The most frames that are encoded without letting others run."""

PIECE: Final = 64 * 1024
"""Bytes after which a piece is sent: the time for sending is that of a piece."""


async def send_log(
    log: Log, encoder: Encoder, response: Response, *, after: int, heartbeat: float
) -> None:
    """Send a log until it ends.

    Args:
        log: The log.
        encoder: Of this reader, made for the same number.
        response: Begun.
        after: The number behind which the reader goes on; 0: the beginning.
        heartbeat: Seconds.

    Raises:
        BrokenOffError: The client takes nothing, or has to see that the answer is not whole.
        ClientGoneError: The client has left.
    """
    cursor = after if encoder.stateless else 0
    quiet_until = anyio.current_time() + heartbeat
    while not encoder.done:
        frames = log.read(cursor, AT_ONCE)
        if frames:
            cursor, data = encode_some(encoder, frames)
            await checkpoint()
        else:
            data = b""
            with anyio.CancelScope(deadline=quiet_until) as waiting:
                await log.wait(cursor)
            if waiting.cancelled_caught:
                data = encoder.heartbeat
                quiet_until = anyio.current_time() + heartbeat
        if data:
            await response.write(data)
            quiet_until = anyio.current_time() + heartbeat
    if encoder.cut:
        raise BrokenOffError(
            "the answer is not whole, so its connection is closed; plain text has no other sign"
        )
    await response.complete()


def encode_some(encoder: Encoder, frames: list[Frame]) -> tuple[int, bytes]:
    """Encode the first frames, as many as make a piece; return the number of the last one too."""
    data = bytearray()
    cursor = 0
    for frame in frames:
        data += encoder.encode(frame)
        cursor = frame.id
        if len(data) >= PIECE:
            break
    return cursor, bytes(data)


async def while_connected(receive: Receive, work: Callable[[], Awaitable[None]]) -> None:
    """Do some work until it is done or the client has left.

    Args:
        receive: The server's function; the body of the request was read.
        work: The work, which is cancelled when the client leaves.

    Raises:
        Exception: What the work raised.
    """
    failure: Exception | None = None

    async def cancel_when_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(cancel_when_gone)
        try:
            await work()
        except Exception as exc:  # noqa: BLE001 - raised below, in no group
            failure = exc
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure
