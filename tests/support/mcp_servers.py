"""The MCP server of the tests, which is written for mcp 2: mcp 1 has other names."""

import sys
from importlib.metadata import version

import pytest

from .programs import PROGRAMS

COMMAND = [sys.executable, str(PROGRAMS / "serves_mcp.py")]
"""Starts the server on standard input and output; with `http` as another word, over HTTP."""

needs_mcp_2 = pytest.mark.skipif(
    version("mcp").startswith("1."), reason="the server of the test is written for mcp 2"
)
