"""An MCP server for the time of a `with` block.

In a sync block its connection lives on the loop of a thread of its own, and a call waits for it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ToolError
from ..portal import loop_in_thread
from .connection import Connection
from .listing import Choice, made_tools
from .target import Target

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import TextIO

    from anyio.from_thread import BlockingPortal

    from mistralai.client.models import ContentChunk

    from ..functions import Approve, FunctionTool
    from .listing import Call


class MCPServer:
    """A server whose tools are there for the time of a `with` or `async with` block.

    Entering it gives the tools. In a sync block they are sync functions, in an async block async
    ones. It can be entered again after it was left.
    """

    def __init__(self, target: Target, choice: Choice, start_timeout: float | None) -> None:
        self._target = target
        self._choice = choice
        self._start_timeout = start_timeout
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
        return Connection(self._target, self._start_timeout)

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
    start_timeout: float | None = 60.0,
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
        start_timeout: Seconds that the server may take until it has named its tools; `None` for no
            limit. A command may have to be downloaded first.
        env: Environment variables of the command. It inherits only harmless ones, such as `PATH`
            and `HOME`, and never the key of the API.
        cwd: The folder in which the command runs. By default that of this process.
        headers: Header fields of each request to an address, such as `authorization`.
        errlog: A file for what the command writes to standard error. By default that of this
            process.

    Raises:
        TypeError: `include` is not a list of names, `server` neither a command nor an address,
            `start_timeout` not a number, or a value of `env` or `headers` not a text.
        ValueError: The command is empty, `start_timeout` is not above 0, or `env` or `headers` is
            given for the other kind.
    """
    target = Target.of(server, env=env or {}, headers=headers or {}, cwd=cwd, errlog=errlog)
    choice = Choice.of(include, prefix=prefix, approve=approve, timeout=timeout)
    _check_start_timeout(start_timeout)
    return MCPServer(target, choice, start_timeout)


def _check_start_timeout(seconds: object) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | None):
        raise TypeError(f"start_timeout takes seconds as a number, or None, not {seconds!r}")
    if seconds is not None and not seconds > 0:
        raise ValueError(f"start_timeout is {seconds!r}; give seconds above 0, or None")


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
