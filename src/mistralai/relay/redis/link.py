"""A connection to Redis that is opened again when it breaks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..errors import StoreUnavailableError
from .connecting import Refusal, read_reply, reason
from .packing import pack
from .scripts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .connecting import Connection, Place
    from .health import Health
    from .packing import Command


REPLY_TIMEOUT: Final = 5.0
"""How many seconds Redis may take for a reply, and for a new connection."""


@dataclass(frozen=True, slots=True)
class _Failure:
    why: str
    slow: bool


class Link:
    """One connection at a time, used by one task at a time."""

    def __init__(self, place: Place, health: Health) -> None:
        self._place = place
        self._health = health
        self._connection: Connection | None = None

    async def exchange(self, commands: Sequence[Command], wait: float = 0.0) -> list[Any]:
        """Send commands together and return their replies, a `Refusal` for each that is refused.

        All commands can be repeated: on a connection that broke while nobody used it they are sent
        once more, on a new one.

        Args:
            commands: The commands.
            wait: For how many seconds Redis may wait for news before it replies.

        Raises:
            StoreUnavailableError: Redis cannot be reached, does not answer, or is not ready.
        """
        used_before = self._connection is not None
        with self._health.watch(wait):
            outcome = await self._try(commands, wait + REPLY_TIMEOUT)
            if used_before and isinstance(outcome, _Failure) and not outcome.slow:
                outcome = await self._try(commands, wait + REPLY_TIMEOUT)
            if isinstance(outcome, _Failure):
                raise StoreUnavailableError(
                    f"Redis at {self._place.name} cannot be used: {outcome.why}"
                )
        return outcome

    async def _try(self, commands: Sequence[Command], timeout: float) -> list[Any] | _Failure:
        try:
            async with asyncio.timeout(timeout):
                replies = await self._send(commands)
        except Exception as error:  # noqa: BLE001 - redis-py, its sockets, TLS, a credential provider
            failure = _Failure(reason(error), slow=isinstance(error, TimeoutError))
        except BaseException:
            await self.aclose()
            raise
        else:
            refused = [reply for reply in replies if isinstance(reply, Refusal) and reply.later]
            if not refused:
                return replies
            failure = _Failure(f"it says {str(refused[0])!r}", slow=False)
        await self.aclose()
        return failure

    async def _send(self, commands: Sequence[Command]) -> list[Any]:
        connection = self._connection
        if connection is None:
            connection = self._connection = self._place.connection()
            await connection.connect()
        replies = await self._pass(connection, commands)
        unknown = [
            at
            for at, reply in enumerate(replies)
            if isinstance(reply, Refusal) and reply.unknown_script
        ]
        if unknown:
            texts = [("EVAL", TEXTS[str(commands[at][1])], *commands[at][2:]) for at in unknown]
            for at, reply in zip(unknown, await self._pass(connection, texts), strict=True):
                replies[at] = reply
        return replies

    @staticmethod
    async def _pass(connection: Connection, commands: Sequence[Command]) -> list[Any]:
        await connection.send_packed_command([pack(command) for command in commands])
        return [await read_reply(connection) for _ in commands]

    async def aclose(self) -> None:
        """Close the connection. The next exchange opens one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)
