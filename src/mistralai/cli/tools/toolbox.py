"""The tools of a command: loaded once, and kept until it ends."""

from __future__ import annotations

import os
from concurrent.futures import CancelledError
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TextIO

from ...tools import MCPServerError, mcp_server
from ...tools.functions import is_async
from ...tools.portal import loop_in_thread
from ..escapes import one_line
from ..failure import CommandError, UsageError
from .files import tools_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.from_thread import BlockingPortal

    from ...tools import FunctionTool
    from ..output import Output
    from .options import ToolOptions


class Toolbox:
    """The tools that the options name. Leaving the block ends the servers.

    Within the block what is printed, which tools do, goes to standard error: the answer, which has
    a stream of its own, may be read by a program.

    Args:
        options: The options.
        output: Shows that a server is being started.

    Attributes:
        tools: The tools; all of them are sync.
    """

    def __init__(self, options: ToolOptions, output: Output) -> None:
        self.tools: list[FunctionTool] = []
        self._options = options
        self._output = output
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None
        self._origins: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Load the tools.

        Raises:
            CommandError: A file or a server cannot be used.
            UsageError: A file has no tools, or two tools have the same name.
        """
        with self._stack:
            self._stack.enter_context(redirect_stdout(self._output.err))
            for path in self._options.tool_files:
                self._add(path, [self._sync(tool) for tool in tools_of(path)])
            for server in self._options.mcp:
                self._add(server, self._served(server))
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _add(self, origin: str, tools: list[FunctionTool]) -> None:
        for tool in tools:
            if tool.name in self._origins:
                both = f"{one_line(self._origins[tool.name])} and {one_line(origin)}"
                raise UsageError(f"two tools have the name {tool.name}: those of {both}")
            self._origins[tool.name] = origin
            self.tools.append(tool)

    def _served(self, server: str) -> list[FunctionTool]:
        # What a server writes to standard error would break the lines of the conversation.
        log = None if self._output.debug else self._stack.enter_context(_nowhere())
        try:
            with self._output.waiting(one_line(server)):
                return self._stack.enter_context(mcp_server(server, errlog=log))
        except MCPServerError as error:
            raise CommandError(
                one_line(str(error)), "--debug shows what a server writes to standard error."
            ) from error
        except ValueError as error:
            raise UsageError(one_line(str(error))) from error

    def _sync(self, tool: FunctionTool) -> FunctionTool:
        """Return a tool whose function and approval are sync: async ones share one event loop."""
        approve = tool.approve
        return replace(
            tool,
            function=self._waiting(tool.function) if tool.asynchronous else tool.function,
            approve=self._waiting(approve) if callable(approve) and is_async(approve) else approve,
        )

    def _waiting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if self._portal is None:
            self._portal = self._stack.enter_context(loop_in_thread())
        portal = self._portal

        def wait(*args: Any, **kwargs: Any) -> Any:
            future = portal.start_task_soon(partial(function, *args, **kwargs))
            try:
                return future.result()
            except CancelledError:
                raise TimeoutError("the tool was cancelled") from None
            finally:
                future.cancel()  # after Ctrl-C; otherwise it has ended

        return wait


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
