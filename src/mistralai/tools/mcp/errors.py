"""The error of a server that cannot be used."""

from __future__ import annotations


class MCPServerError(Exception):
    """An MCP server could not be started or reached, or it did not list its tools.

    The cause is in `__cause__`.
    """
