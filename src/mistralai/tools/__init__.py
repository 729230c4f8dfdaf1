"""Tools that a model calls while it streams.

    def weather(city: Annotated[str, "Name of a town"]) -> str:
        "Say how the weather is."

    with client.chat.run_tools(model=..., messages=[...], tools=[weather]) as run:
        for delta in run: ...

docs/tools.md is the guide.
"""

from .context import CheckedCall, ToolContext
from .errors import ToolError, ToolLoopError
from .functions import LATER, Approve, FunctionTool, Verdict, tool
from .mcp import MCPServer, MCPServerError, mcp_server, mcp_tools
from .record import EndReason, PendingCall, RunStep
from .runs import AsyncTextView, TextView, ToolRun, ToolRunAsync
from .settings import OnToolError
from .toolset import ToolLike

__all__ = [
    "LATER",
    "Approve",
    "AsyncTextView",
    "CheckedCall",
    "EndReason",
    "FunctionTool",
    "MCPServer",
    "MCPServerError",
    "OnToolError",
    "PendingCall",
    "RunStep",
    "TextView",
    "ToolContext",
    "ToolError",
    "ToolLike",
    "ToolLoopError",
    "ToolRun",
    "ToolRunAsync",
    "Verdict",
    "mcp_server",
    "mcp_tools",
    "tool",
]
