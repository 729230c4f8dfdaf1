"""The connection to a server, from the options that all commands share."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .failure import AUTHENTICATION, CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..client import Mistral
    from .output import Output
    from .sinks.sink import Sink


@dataclass(frozen=True, slots=True)
class Connection:
    """The options that say which server is called, and how.

    Attributes:
        server_url: The server's address; by default Mistral's.
        simulate: The scenario of the embedded simulator, or `None` for a real server.
        timeout: Seconds for connecting, for the first token, and between tokens; `None` for the
            client's defaults.
        record: A file to which every exchange is appended.
    """

    server_url: str | None = None
    simulate: str | None = None
    timeout: float | None = None
    record: str | None = None

    def __post_init__(self) -> None:
        if self.simulate is not None and self.server_url is not None:
            raise UsageError("--simulate and --server-url are mutually exclusive")

    @contextmanager
    def client(
        self, output: Output, sink: Sink | None = None, *, needs_key: bool = True
    ) -> Generator[Mistral]:
        """Open a client, and start the simulator if the server is simulated.

        Args:
            output: Where a note says that the server is simulated.
            sink: Prepares the client before its first call.
            needs_key: Whether a missing key is an error.

        Raises:
            CommandError: A key is needed, and missing or malformed.
            ValueError: The address, the key or the scenario is invalid.
        """
        if self.simulate is None:
            if needs_key:
                self._check_key()
            with self._open(os.environ.get("MISTRAL_API_KEY"), self.server_url, sink) as client:
                yield client
            return
        from .simulation import simulator

        with (
            simulator(self.simulate, paced=output.is_watched) as simulated,
            self._open("simulated", simulated.url, sink) as client,
        ):
            output.note("(simulated: no model, no network)")
            yield client

    @contextmanager
    def _open(self, key: str | None, url: str | None, sink: Sink | None) -> Generator[Mistral]:
        from ..client import Mistral

        _check_characters(key or "")
        timeout_ms = None if self.timeout is None else self.timeout * 1000
        with Mistral(key, server_url=url, timeout_ms=timeout_ms, record=self.record) as client:
            if sink is not None:
                sink.prepare(client)
            yield client

    def _check_key(self) -> None:
        """Raise an error if Mistral's API would be called without a key."""
        own_server = self.server_url or os.environ.get("MISTRAL_SERVER_URL")
        if not own_server and not os.environ.get("MISTRAL_API_KEY", "").strip():
            raise CommandError(
                "MISTRAL_API_KEY is not set.",
                "Create a key at https://console.mistral.ai, or use --simulate, which needs none.",
                code=AUTHENTICATION,
            )


def _check_characters(key: str) -> None:
    """Raise an error if the key cannot be sent in a header. The error does not contain the key."""
    if not (key.strip().isascii() and key.strip().isprintable()):
        raise CommandError(
            "MISTRAL_API_KEY contains characters that a key cannot have.",
            "Check for quotes, line breaks or spaces that were copied with it.",
            code=AUTHENTICATION,
        )
