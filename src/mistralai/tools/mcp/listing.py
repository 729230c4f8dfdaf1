"""The tools of an open MCP session."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, cast

from ..errors import ToolError
from ..functions import FunctionTool, check_name
from .content import content_of, field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from mistralai.client.models import ContentChunk

    from ..functions import Approve

    Call = Callable[[str, dict[str, Any]], Awaitable[str | list[ContentChunk]]]
    """Calls a tool by its name at the server."""

_FOREIGN: Final = re.compile(r"[^a-zA-Z0-9_-]")
_MAX_PAGES: Final = 1000
_NO_ANSWER: Final = "the MCP server of the tool did not answer"
SPEAKING: Final = frozenset({"McpError", "MCPError", "ToolError"})
"""The classes of errors whose text the server wrote for the caller: of mcp 1, mcp 2 and fastmcp."""


class MCPSession(Protocol):
    """The methods of a session or client of mcp 1, mcp 2 or fastmcp that are used."""

    @property
    def list_tools(self) -> Callable[..., Awaitable[Any]]:
        """Lists the tools."""
        ...

    @property
    def call_tool(self) -> Callable[..., Awaitable[Any]]:
        """Calls a tool with a name and arguments."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which tools of a server a run has, and how.

    Attributes:
        include: The names of those to give; `None` for all.
        prefix: A text before each name.
        approve: `True`, or the function that approves their calls.
        timeout: Seconds that a call may take.
    """

    include: Sequence[str] | None = None
    prefix: str = ""
    approve: Literal[True] | Approve | None = None
    timeout: float | None = None

    @classmethod
    def of(cls, include: Iterable[str] | None, **rest: Any) -> Choice:
        """Check `include`."""
        if isinstance(include, str):
            raise TypeError(f"include takes a list of names, not the text {include!r}")
        return cls(include=None if include is None else list(dict.fromkeys(include)), **rest)


async def mcp_tools(
    session: MCPSession,
    *,
    include: Iterable[str] | None = None,
    prefix: str = "",
    approve: Literal[True] | Approve | None = None,
    timeout: float | None = None,
) -> list[FunctionTool]:
    """Return the tools of an open MCP session, for `tools` of `run_tools_async`.

    Args:
        session: A session or client that is connected: any object with `list_tools` and
            `call_tool`, such as `mcp.Client`, `mcp.ClientSession` or `fastmcp.Client`.
        include: The tools to return, by the server's names. By default all.
        prefix: A text before each name, so that tools of two servers may have the same one.
        approve: `True`, or the function that approves their calls, as in `@tool`.
        timeout: Seconds that a call may take. By default without limit.

    Raises:
        TypeError: `session` has no `list_tools` and `call_tool`.
        ValueError: `include` has a name that the server does not have; or a name cannot be that of
            a tool, or is that of two.
    """
    for name in ("list_tools", "call_tool"):
        if not callable(getattr(session, name, None)):
            raise TypeError(f"{session!r} is not an MCP session: it has no {name}()")

    async def call(name: str, arguments: dict[str, Any]) -> str | list[ContentChunk]:
        return await called(session, name, arguments)

    choice = Choice.of(include, prefix=prefix, approve=approve, timeout=timeout)
    return made_tools(await listed(session), call, choice)


async def called(
    session: MCPSession, name: str, arguments: dict[str, Any]
) -> str | list[ContentChunk]:
    """Call a tool of a session.

    Raises:
        ToolError: The server reports an error, or does not answer.
    """
    try:
        result = await session.call_tool(name, arguments)
    except Exception as error:
        # The text of other errors may have the server's address, and a key in it.
        speaks = type(error).__name__ in SPEAKING
        text = str(error) if speaks else f"{_NO_ANSWER} ({type(error).__name__})"
        raise ToolError(text or _NO_ANSWER) from error
    return content_of(result)


async def listed(session: MCPSession) -> list[Any]:
    """Return the tools of a session, of all pages."""
    tools: list[Any] = []
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page: Any = await (session.list_tools() if cursor is None else _next_page(session, cursor))
        if isinstance(page, list):  # fastmcp reads all pages itself
            return [*page]
        tools += field(page, "tools") or []
        cursor = field(page, "next_cursor", "nextCursor")
        if not cursor:
            return tools
    raise ValueError(f"the MCP server lists its tools in more than {_MAX_PAGES} pages")


def made_tools(
    tools: Iterable[Any],
    call: Call,
    choice: Choice,
    as_function: Callable[[Call, str], Callable[..., Any]] | None = None,
) -> list[FunctionTool]:
    """Return tools of a server as tools of a run.

    Args:
        tools: The tools as the server lists them.
        call: Calls a tool of the server.
        choice: Which of them, and how.
        as_function: Makes the function of a tool from `call` and its name; by default an async one.
    """
    found = {str(field(tool, "name")): tool for tool in tools}
    wanted = list(found) if choice.include is None else choice.include
    if missing := [name for name in wanted if name not in found]:
        known = ", ".join(found) or "none"
        raise ValueError(f"include: the MCP server has no tool {missing[0]!r}; it has: {known}")
    origins: dict[str, str] = {}
    for name in wanted:
        shown = _FOREIGN.sub("_", f"{choice.prefix}{name}")
        if shown in origins:
            raise ValueError(
                f"the MCP server's tools {origins[shown]!r} and {name!r} both have the name"
                f" {shown!r} for the model; choose one of them by include"
            )
        check_name(
            shown,
            f"it is that of the MCP server's tool {name!r}: shorten prefix, or choose others by"
            " include",
        )
        origins[shown] = name
    return [
        _tool(shown, found[name], (as_function or _async_function)(call, name), choice)
        for shown, name in origins.items()
    ]


def _tool(name: str, tool: object, function: Callable[..., Any], choice: Choice) -> FunctionTool:
    return FunctionTool(
        name=name,
        description=field(tool, "description") or field(tool, "title") or "",
        parameters=dict(field(tool, "input_schema", "inputSchema") or {"type": "object"}),
        function=function,
        approve=choice.approve,
        timeout=choice.timeout,
    )


def _async_function(call: Call, name: str) -> Callable[..., Any]:
    async def function(**arguments: Any) -> str | list[ContentChunk]:
        return await call(name, arguments)

    return function


def _next_page(session: MCPSession, cursor: str) -> Awaitable[Any]:
    """Request a page: newer sessions take `params`, which an older one does not have."""
    parameters = inspect.signature(session.list_tools).parameters
    if "params" not in parameters:
        return session.list_tools(cursor=cursor)
    from mcp.types import PaginatedRequestParams

    return session.list_tools(params=cast("Any", PaginatedRequestParams)(cursor=cursor))
