"""An MCP server: on standard input and output, or with `http` as its argument over HTTP.

Over HTTP it prints its port first.
"""

import os
import socket
import sys
import time
from base64 import b64decode, b64encode
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver import Audio, Image
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, EmbeddedResource, TextContent, TextResourceContents

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhf"
    "DwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
server = MCPServer("things", log_level="ERROR")


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool(name="say.hello")
def say_hello(name: str) -> str:
    """Greet somebody."""
    return f"Hello {name}"


@server.tool()
def picture() -> Image:
    """Draw a picture."""
    return Image(data=b64decode(PIXEL), format="png")


@server.tool()
def sound() -> Audio:
    """Make a sound."""
    return Audio(data=b"beep", format="wav")


@server.tool()
def report() -> CallToolResult:
    """Answer with a document and structured content."""
    text = TextResourceContents(uri="memo://1", text="Water the plants.")
    return CallToolResult(
        content=[TextContent(text="One memo."), EmbeddedResource(resource=text)],
        structured_content={"memos": 1},
    )


@server.tool()
def refuse() -> str:
    """Fail."""
    raise ToolError("no such town")


@server.tool()
def environment() -> list[str]:
    """List the names of the server's environment variables."""
    return sorted(os.environ)


@server.tool()
def die() -> str:
    """End the server's process in the middle of a call."""
    sys.stderr.write("dying\n")
    os._exit(3)


@server.tool()
def wait() -> str:
    """Never answer."""
    print(b64encode(b"waiting").decode(), file=sys.stderr, flush=True)
    time.sleep(3600)
    return ""


def serve_http() -> None:
    """Serve on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app: Any = server.streamable_http_app()
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    if sys.argv[1:] == ["http"]:
        serve_http()
    else:
        server.run()
