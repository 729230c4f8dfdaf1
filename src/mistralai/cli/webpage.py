"""`mistralai web`: the page of the relay, served on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import webbrowser
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import anyio
import uvicorn

from ..relay import MemoryStore, Relay
from ..relay.page import Page
from .failure import CommandError
from .failures import details, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from ..client import Mistral
    from .connection import Connection
    from .output import Output
    from .request_options import RequestOptions

_ADDRESS: Final = "127.0.0.1"
_LONGEST_FAREWELL: Final = 2  # seconds for connections that are still open at the end


class WebPage:
    """The page of the command line.

    Args:
        connection: The server that answers.
        request: The options of the requests.
        output: Where the address goes, and notes.
        port: The port of the page; 0 for a free one.
        system: The system prompt, or `None`.
        opens: Whether to open the browser.
    """

    def __init__(
        self,
        connection: Connection,
        request: RequestOptions,
        output: Output,
        *,
        port: int,
        system: str | None,
        opens: bool,
    ) -> None:
        self._connection = connection
        self._request = request
        self._output = output
        self._port = port
        self._system = system
        self._opens = opens

    def serve(self) -> None:
        """Serve the page until Ctrl-C, or SIGTERM.

        Raises:
            CommandError: The port is taken, or the key is missing.
            KeyboardInterrupt: The user pressed Ctrl-C.
        """
        # The page shows why an answer failed; Python would print it here too, unescaped.
        logging.getLogger("mistralai.relay").addHandler(logging.NullHandler())
        with self._connection.client(self._output, paced=True) as client, self._listen() as sock:
            address = f"http://{_ADDRESS}:{sock.getsockname()[1]}/"
            self._output.write(f"{address}\n")
            self._output.note("(Ctrl-C ends the page and its conversations)")
            if self._opens:
                self._open(address)
            received = anyio.run(self._serve, client, sock)
        if received == signal.SIGINT:
            raise KeyboardInterrupt
        if received is not None:
            signal.raise_signal(received)

    def _listen(self) -> socket.socket:
        try:
            return socket.create_server((_ADDRESS, self._port))
        except OSError as error:
            raise CommandError(
                f"port {self._port} cannot be used: {error.strerror}.",
                "Choose another with --port; --port 0 takes a free one.",
            ) from error

    def _open(self, address: str) -> None:
        """Open the browser, from a thread: some wait for it to end."""
        has_screen = sys.platform in {"darwin", "win32"} or any(
            map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
        )
        if has_screen:
            threading.Thread(
                target=webbrowser.open, args=(address,), name="browser", daemon=True
            ).start()

    async def _serve(self, client: Mistral, sock: socket.socket) -> int | None:
        """Serve until a signal; return it."""
        url, _ = client.sdk_configuration.get_server_details()
        async with Relay(MemoryStore()) as relay:
            page = Page(
                relay,
                lambda model, messages: replace(self._request, model=model).chat_async(
                    client, self._with_system(messages)
                ),
                model=self._request.model,
                models=lambda: _models(client),
                explain=self._explain,
                server=urlsplit(url).netloc.rpartition("@")[2],  # no user, no password
                simulated=self._connection.simulate is not None,
            )
            config = uvicorn.Config(
                page,
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                ws="none",
                server_header=False,
                timeout_graceful_shutdown=_LONGEST_FAREWELL,
            )
            server = _Server(config)
            async with page.running(), anyio.create_task_group() as tasks:
                tasks.start_soon(_end, server, relay, page)
                await server.serve([sock])
                tasks.cancel_scope.cancel()
        return server.received

    def _with_system(self, messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        system = [{"role": "system", "content": self._system}] if self._system else []
        return [*system, *messages]

    def _explain(self, error: Exception) -> str:
        if self._output.debug:
            self._output.say(details(error))
        return self._output.without_key(sentence(error))


class _Server(uvicorn.Server):
    """A server that tells of a signal, so that answers end before connections do.

    Attributes:
        received: The first signal, once it has come.
        asked: Set by it.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.received: int | None = None
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Note a signal, between two steps of the loop; a second one waits for nothing."""
        if self.received is None:
            self.received = sig
            self._loop.call_soon_threadsafe(self.asked.set)
        else:
            self.force_exit = self.should_exit = True


async def _end(server: _Server, relay: Relay, page: Page) -> None:
    """At a signal, end the answers and tell their readers; then close the server."""
    await server.asked.wait()
    page.close()
    await relay.aclose()
    server.should_exit = True


async def _models(client: Mistral) -> list[str]:
    """Return the models that chat; compatible servers do not say which do."""
    names: dict[str, None] = {}
    for card in (await client.models.list_async()).data:
        name: str | None = getattr(card, "id", None)
        capabilities = getattr(card, "capabilities", None)
        if name and getattr(capabilities, "completion_chat", None) is not False:
            names[name] = None
    return [*names]
