"""The connection to an MCP server, which a task of its own keeps.

It is never the caller's task: mcp cancels the one in which its connection breaks, and wraps the
errors of a block in groups. The keeper is in one of these states:

    CLOSED    before and after the block
    STARTING  connecting, and listing the tools
    OPEN      calls are passed on
    ENDED     the connection was lost, or the block ends

    CLOSED -> STARTING -> OPEN -> ENDED -> CLOSED, and STARTING -> ENDED if the server fails or
    takes too long

Whatever ends the connection cancels the calls that still wait: the model is told that the server
did not answer, and the run goes on.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Self, cast

import anyio

from ..errors import ToolError
from .errors import MCPServerError
from .listing import SPEAKING, called, listed
from .target import require_mcp

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from mistralai.client.models import ContentChunk

    from .listing import MCPSession
    from .target import Target


class State(Enum):
    """The state of a connection."""

    CLOSED = auto()
    STARTING = auto()
    OPEN = auto()
    ENDED = auto()


class Connection:
    """A connection that a task of its own keeps.

    Args:
        target: The server.
        start_timeout: Seconds until it has named its tools; `None` for no limit.
    """

    def __init__(self, target: Target, start_timeout: float | None) -> None:
        self._target = target
        self._start_timeout = start_timeout
        self._state = State.CLOSED
        self._group: TaskGroup | None = None
        self._session: MCPSession | None = None
        self._ready = anyio.Event()
        self._leave = anyio.Event()
        self._waiting: set[anyio.CancelScope] = set()
        self._failure: Exception | None = None
        self.tools: list[Any] = []

    async def __aenter__(self) -> Self:
        """Connect, and list the tools into `tools`.

        Raises:
            MCPServerError: The server could not be started or reached, or did not answer in time.
        """
        self._state = State.STARTING
        await anyio.to_thread.run_sync(require_mcp)  # importing it takes a second
        self._group = await anyio.create_task_group().__aenter__()
        try:
            self._group.start_soon(self._keep)
            with anyio.move_on_after(self._start_timeout):
                await self._ready.wait()
            self._raise_failure()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the connection, and wait until the server has been left."""
        group, self._group = self._group, None
        if group is None:
            return
        self._leave.set()
        self._drop_calls()
        # Without the block's error, which a group would wrap.
        await group.__aexit__(None, None, None)
        self._state = State.CLOSED

    async def call(self, name: str, arguments: dict[str, Any]) -> str | list[ContentChunk]:
        """Call a tool of the server.

        Raises:
            ToolError: The server reports an error, or the connection has ended.
        """
        if self._state is State.OPEN and self._session is not None:
            with anyio.CancelScope() as scope:
                self._waiting.add(scope)
                try:
                    return await called(self._session, name, arguments)
                finally:
                    self._waiting.discard(scope)
        raise ToolError(f"the MCP server {self._target} has ended")

    async def _keep(self) -> None:
        """Keep the connection until it breaks or the block ends."""
        try:
            async with self._target.connected() as session:
                self.tools = await listed(session)
                self._session, self._state = session, State.OPEN
                self._ready.set()
                await self._leave.wait()
        except Exception as error:  # noqa: BLE001 - told at the start; later the calls fail
            self._failure = error
        finally:
            self._state, self._session = State.ENDED, None
            self._drop_calls()
            self._ready.set()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise start_error(self._target, self._failure) from self._failure
        if self._state is State.STARTING and self._group is not None:
            self._group.cancel_scope.cancel()
            raise MCPServerError(
                f"the MCP server {self._target} has not named its tools within"
                f" {self._start_timeout:g} s (start_timeout)"
            )

    def _drop_calls(self) -> None:
        for scope in list(self._waiting):
            scope.cancel()


def start_error(target: Target, failure: Exception) -> MCPServerError:
    """Return the error for a server that did not start, with the innermost cause."""
    cause: BaseException = failure
    while isinstance(cause, BaseExceptionGroup):
        cause = cast("BaseExceptionGroup[BaseException]", cause).exceptions[0]
    if isinstance(cause, MCPServerError):
        return cause
    status = getattr(getattr(cause, "response", None), "status_code", None)
    is_told = isinstance(cause, OSError | ValueError) or type(cause).__name__ in SPEAKING
    reason = str(cause) if is_told else type(cause).__name__
    if isinstance(cause, anyio.BrokenResourceError | anyio.ClosedResourceError):
        reason = "Connection closed"  # as mcp says where a read finds it out
    if status is not None:
        reason = f"it answered with the status {status}"
    return MCPServerError(f"the MCP server {target} could not be used: {reason}")
