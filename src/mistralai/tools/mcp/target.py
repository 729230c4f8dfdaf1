"""The target of a connection: a command that is started, or an address."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from subprocess import DEVNULL
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from .errors import MCPServerError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from .listing import MCPSession

_SCHEMES: Final = ("http://", "https://")
_HTTP_TIMEOUT: Final = 30.0  # seconds, for a connection and for a request
_EVENT_TIMEOUT: Final = 300.0  # seconds, between events of a call that streams its progress


def require_mcp() -> None:
    """Import the package mcp.

    Raises:
        MCPServerError: It is not installed.
    """
    try:
        import_module("mcp")
    except ModuleNotFoundError as error:
        if error.name != "mcp":
            raise
        raise MCPServerError(
            "MCP servers need the package mcp: pip install 'mistralai[mcp]'"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server and the way to it.

    Attributes:
        command: The command and its arguments; empty for an address.
        url: The address, or an empty text.
        env: Environment variables of the command, beside the harmless ones that it inherits.
        cwd: The folder in which the command runs.
        headers: Header fields of each request.
        errlog: Where the command's standard error goes; `None` for that of this process.
    """

    command: tuple[str, ...] = ()
    url: str = ""
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    cwd: str | os.PathLike[str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    errlog: TextIO | None = None

    @classmethod
    def of(
        cls,
        server: str | Sequence[str],
        *,
        env: Mapping[str, str],
        headers: Mapping[str, str],
        **rest: Any,
    ) -> Target:
        """Read a command, as a text or as its words, or an address.

        Raises:
            TypeError: It is neither, or a value of `env` or `headers` is not a text.
            ValueError: It is empty, or an option is given that the other kind has.
        """
        given: object = server
        if isinstance(given, bytes) or not isinstance(given, Iterable):
            raise TypeError(f"an MCP server is a command or an address, not {server!r}")
        _check_texts("env", env)
        _check_texts("headers", headers)
        if isinstance(server, str) and server.lower().startswith(_SCHEMES):
            if env:
                raise ValueError("env is for a command; an MCP server with an address has headers")
            return cls(url=server, headers=headers, **rest)
        if headers:
            raise ValueError("headers are for an address; an MCP server with a command has env")
        command = _words(server) if isinstance(server, str) else tuple(server)
        if not command:
            raise ValueError("an MCP server is a command or an address; the command is empty")
        return cls(command=command, env=env, **rest)

    def __str__(self) -> str:
        """Return the program, or the address without user, password and query, which are secret."""
        if not self.url:
            return self.command[0]
        scheme, _, rest = self.url.partition("://")
        host, slash, path = re.split("[?#]", rest)[0].partition("/")
        return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[MCPSession]:
        """Connect, and yield the session of mcp 1 or the client of mcp 2."""
        import mcp

        client: Any = getattr(mcp, "Client", None)
        transport: Any = self._http() if self.url else self._stdio()
        if client is not None:
            async with client(transport) as connected:
                yield connected
            return
        async with transport as streams, mcp.ClientSession(*streams[:2]) as session:
            await session.initialize()
            yield cast("MCPSession", session)

    def _stdio(self) -> AbstractAsyncContextManager[Any]:
        from mcp.client.stdio import StdioServerParameters, stdio_client

        program, *arguments = self.command
        parameters = StdioServerParameters(
            command=program,
            args=arguments,
            # mcp adds PATH, HOME and a few more: the server sees no other variable, and no key.
            env=dict(self.env),
            cwd=None if self.cwd is None else os.fspath(self.cwd),
        )
        errlog: Any = self.errlog or _standard_error()
        return stdio_client(parameters, errlog=errlog)

    def _http(self) -> AbstractAsyncContextManager[Any]:
        from mcp.client import streamable_http

        older: Any = getattr(streamable_http, "streamablehttp_client", None)
        if older is not None:
            return cast(
                "AbstractAsyncContextManager[Any]", older(self.url, headers=dict(self.headers))
            )
        return self._http2()

    @asynccontextmanager
    async def _http2(self) -> AsyncGenerator[Any]:
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        timeout = httpx2.Timeout(_HTTP_TIMEOUT, read=_EVENT_TIMEOUT)
        async with (
            httpx2.AsyncClient(headers=dict(self.headers), timeout=timeout) as client,
            streamable_http_client(self.url, http_client=client) as streams,
        ):
            yield streams


def _check_texts(option: str, fields: Mapping[str, object]) -> None:
    """Refuse other values without their words, which may be secret; mcp's error repeats them."""
    for name, value in fields.items():
        if not isinstance(value, str):
            raise TypeError(
                f"{option} of the MCP server has no text for {name!r}, but a value of the type"
                f" {type(value).__name__}"
            )


def _standard_error() -> TextIO | int:
    """Return the standard error of this process, or nowhere.

    mcp takes the one that there was when it was imported, which may have been a program's own.
    """
    streams: list[TextIO | None] = [sys.stderr, sys.__stderr__]
    for stream in streams:
        if stream is not None:
            with suppress(OSError, ValueError):  # not of the system; closed
                stream.fileno()
                return stream
    return DEVNULL


def _words(command: str) -> tuple[str, ...]:
    """Split a command; backslashes of Windows are kept."""
    try:
        words = shlex.split(command, posix=os.name == "posix")
    except ValueError as error:
        raise ValueError(f"the command {command!r} of the MCP server: {error}") from None
    return tuple(words)
