"""The lifespan of an application that a server runs directly: the relay is closed with it.

Servers and frameworks do not send these messages to a mounted application. Then the outer one
closes the relay (`async with relay`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .types import Receive, Send


async def serve_lifespan(
    relay: AbstractAsyncContextManager[Any], receive: Receive, send: Send
) -> None:
    """Open a relay when a server starts, and close it when it shuts down.

    Raises:
        Exception: What opening or closing raised, after the server was told that it failed. A
            server that is not told takes the application for one without a lifespan, and hides it.
    """
    phase = "startup"
    try:
        await receive()  # lifespan.startup
        async with relay:
            await send({"type": "lifespan.startup.complete"})
            phase = "shutdown"
            await receive()  # lifespan.shutdown
    except Exception as error:
        await send({"type": f"lifespan.{phase}.failed", "message": str(error)})
        raise
    await send({"type": "lifespan.shutdown.complete"})
