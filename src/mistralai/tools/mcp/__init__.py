"""Tools of MCP servers: of a session that is open, or of a server that is started here."""

from .content import content_of
from .errors import MCPServerError
from .listing import mcp_tools
from .server import MCPServer, mcp_server

__all__ = ["MCPServer", "MCPServerError", "content_of", "mcp_server", "mcp_tools"]
