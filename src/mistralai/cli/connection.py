"""The connection to a server, from the options that all commands share."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .failure import AUTHENTICATION, CommandError

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..client import Mistral
    from .output import Output


class Preparing(Protocol):
    """Prepares a client before its first call."""

    def prepare(self, client: Mistral) -> None:
        """Prepare a client."""
        ...


@dataclass(frozen=True, slots=True)
class Connection:
    """The options that say which server is called, and how.

    Attributes:
        server_url: The server's address; by default Mistral's.
        simulate: The scenario of the embedded simulator, or `None` for a real server.
        timeout: Seconds for connecting, for the first token, and between tokens; `None` for the
            client's defaults.
        record: A file to which every exchange is appended.
        api_key_command: A command that prints the key, if the environment has none.
    """

    server_url: str | None = None
    simulate: str | None = None
    timeout: float | None = None
    record: str | None = None
    api_key_command: str | None = None

    @contextmanager
    def client(
        self,
        output: Output,
        preparing: Preparing | None = None,
        *,
        needs_key: bool = True,
        paced: bool | None = None,
    ) -> Generator[Mistral]:
        """Open a client, and start the simulator if the server is simulated.

        Args:
            output: Where a note says that the server is simulated.
            preparing: Prepares the client before its first call.
            needs_key: Whether a missing key is an error.
            paced: Whether the simulator answers at the pace of a model; `None`: on a terminal.

        Raises:
            CommandError: A key is needed, and missing or malformed; or the command that prints it
                failed.
            ValueError: The address, the key or the scenario is invalid.
        """
        if self.simulate is None:
            key = self.api_key(output)
            if needs_key and not (key or "").strip():
                self._check_server()
            with self._open(key, self.server_url, preparing) as client:
                yield client
            return
        from .simulation import simulator

        with (
            simulator(
                self.simulate, paced=output.is_watched if paced is None else paced
            ) as simulated,
            self._open("simulated", simulated.url, preparing) as client,
        ):
            output.note("(simulated: no model, no network)")
            yield client

    def api_key(self, output: Output) -> str | None:
        """Return the key: of the environment, or of the command that prints it.

        Args:
            output: Masks a printed key from then on.

        Raises:
            CommandError: The command failed.
        """
        key = os.environ.get("MISTRAL_API_KEY")
        if self.api_key_command is None or (key or "").strip():
            return key
        from .keycommand import printed_key

        key = printed_key(self.api_key_command)
        output.secrets.append(key)
        return key

    @contextmanager
    def _open(
        self, key: str | None, url: str | None, preparing: Preparing | None
    ) -> Generator[Mistral]:
        from ..client import Mistral

        self._check_characters(key or "")
        timeout_ms = None if self.timeout is None else self.timeout * 1000
        with Mistral(key, server_url=url, timeout_ms=timeout_ms, record=self.record) as client:
            if preparing is not None:
                preparing.prepare(client)
            yield client

    def _check_server(self) -> None:
        """Raise an error if Mistral's API would be called without a key."""
        if not self.server_url and not os.environ.get("MISTRAL_SERVER_URL"):
            raise CommandError(
                "MISTRAL_API_KEY is not set.",
                "Create a key at https://console.mistral.ai, or use --simulate, which needs none.",
                code=AUTHENTICATION,
            )

    def _check_characters(self, key: str) -> None:
        """Raise an error, without the key, if the key cannot be sent in a header."""
        if key.strip().isascii() and key.strip().isprintable():
            return
        in_variable = os.environ.get("MISTRAL_API_KEY", "").strip() == key.strip()
        source = "MISTRAL_API_KEY" if in_variable else "the output of api_key_command"
        raise CommandError(
            f"{source} contains characters that a key cannot have.",
            "Check for quotes, line breaks or spaces that were copied with it.",
            code=AUTHENTICATION,
        )
