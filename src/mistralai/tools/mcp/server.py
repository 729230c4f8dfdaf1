"""An MCP server for the time of a `with` block.

The connection is kept by a task of its own, the keeper, and never by the caller's: mcp cancels the
task in which its connection breaks, and wraps the errors of a block in groups. The keeper is in one
of these states:

    CLOSED    before and after the block
    STARTING  connecting, and listing the tools
    OPEN      calls are passed on
    ENDED     the connection was lost, or the block ends

    CLOSED -> STARTING -> OPEN -> ENDED -> CLOSED, and STARTING -> ENDED if the server fails

Whatever ends the connection cancels the calls that still wait: the model is told that the server
did not answer, and the run goes on. In a sync block the same object lives on the loop of a thread
of its own, and a call waits for it.
"""

from __future__ import annotations

from contextlib import ExitStack
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Literal, Self, cast

import anyio

from ..errors import ToolError
from ..portal import loop_in_thread
from .errors import MCPServerError
from .listing import SPEAKING, Choice, called, listed, made_tools
from .target import Target, require_mcp

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import TextIO

    from anyio.abc import TaskGroup
    from anyio.from_thread import BlockingPortal

    from mistralai.client.models import ContentChunk

    from ..functions import Approve, FunctionTool
    from .listing import Call, MCPSession


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
    """

    def __init__(self, target: Target) -> None:
        self._target = target
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
            MCPServerError: The server could not be started or reached.
        """
        self._state = State.STARTING
        await anyio.to_thread.run_sync(require_mcp)  # importing it takes a second
        self._group = await anyio.create_task_group().__aenter__()
        try:
            self._group.start_soon(self._keep)
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
            raise _start_error(self._target, self._failure) from self._failure

    def _drop_calls(self) -> None:
        for scope in list(self._waiting):
            scope.cancel()


class MCPServer:
    """A server whose tools are there for the time of a `with` or `async with` block.

    Entering it gives the tools. In a sync block they are sync functions, in an async block async
    ones. It can be entered again after it was left.
    """

    def __init__(self, target: Target, choice: Choice) -> None:
        self._target = target
        self._choice = choice
        self._open: Connection | None = None
        self._stack = ExitStack()

    def __repr__(self) -> str:
        return f"<MCPServer {self._target}>"

    async def __aenter__(self) -> list[FunctionTool]:
        self._open = connection = self._connection()
        try:
            await connection.__aenter__()
            return self._tools(connection)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection, self._open = self._open, None
        if connection is not None:
            await connection.__aexit__()

    def __enter__(self) -> list[FunctionTool]:
        with ExitStack() as stack:
            connection = self._connection()
            portal = stack.enter_context(loop_in_thread())
            stack.enter_context(portal.wrap_async_context_manager(connection))
            tools = self._tools(connection, _through(portal))
            self._open, self._stack = connection, stack.pop_all()
        return tools

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = None
        self._stack.close()

    def _connection(self) -> Connection:
        """Return a new connection.

        Raises:
            RuntimeError: There is one already.
        """
        if self._open is not None:
            raise RuntimeError(f"{self!r} is open already; make another for a second block")
        return Connection(self._target)

    def _tools(
        self,
        connection: Connection,
        as_function: Callable[[Call, str], Callable[..., Any]] | None = None,
    ) -> list[FunctionTool]:
        return made_tools(connection.tools, connection.call, self._choice, as_function)


def mcp_server(
    server: str | Sequence[str],
    *,
    include: Iterable[str] | None = None,
    prefix: str = "",
    approve: Literal[True] | Approve | None = None,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    headers: Mapping[str, str] | None = None,
    errlog: TextIO | None = None,
) -> MCPServer:
    """Return the tools of an MCP server for the time of a `with` or `async with` block.

        with mcp_server("uvx mcp-server-time") as tools:
            with client.chat.run_tools(model=..., messages=..., tools=tools) as run: ...

    Args:
        server: A command, as a text or as its words, whose process speaks MCP on its standard input
            and output; or an address that begins with `http://` or `https://` and speaks
            streamable HTTP.
        include: The tools to give, by the server's names. By default all.
        prefix: A text before each name, so that tools of two servers may have the same one.
        approve: `True`, or the function that approves their calls, as in `@tool`.
        timeout: Seconds that a call may take. By default without limit.
        env: Environment variables of the command. It inherits only harmless ones, such as `PATH`
            and `HOME`, and never the key of the API.
        cwd: The folder in which the command runs. By default that of this process.
        headers: Header fields of each request to an address, such as `authorization`.
        errlog: A file for what the command writes to standard error. By default that of this
            process.

    Raises:
        TypeError: `include` is not a list of names, `server` neither a command nor an address, or a
            value of `env` or `headers` not a text.
        ValueError: The command is empty, or `env` or `headers` is given for the other kind.
    """
    target = Target.of(server, env=env or {}, headers=headers or {}, cwd=cwd, errlog=errlog)
    choice = Choice.of(include, prefix=prefix, approve=approve, timeout=timeout)
    return MCPServer(target, choice)


def _through(portal: BlockingPortal) -> Callable[[Call, str], Callable[..., Any]]:
    """Return what makes the sync function of a tool, which waits for the portal's loop."""

    def as_function(call: Call, name: str) -> Callable[..., Any]:
        def function(**arguments: Any) -> str | list[ContentChunk]:
            try:
                return portal.call(call, name, arguments)
            except RuntimeError as error:  # the portal is closed
                raise ToolError("the MCP server has been closed") from error

        return function

    return as_function


def _start_error(target: Target, failure: Exception) -> MCPServerError:
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
