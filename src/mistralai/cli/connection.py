"""Which server is asked, and how."""

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
    """What the options of every command say of the server.

    Attributes:
        server_url: Its address; by default Mistral's.
        simulate: The scenario of the embedded simulator, or `None` for a real server.
        timeout: Seconds to wait for a connection, for the first piece of an answer and for each
            further one; `None` for the client's defaults.
        record: A file to which every exchange is added.
    """

    server_url: str | None = None
    simulate: str | None = None
    timeout: float | None = None
    record: str | None = None

    def __post_init__(self) -> None:
        if self.simulate is not None and self.server_url is not None:
            raise UsageError("--simulate and --server-url exclude each other")

    @contextmanager
    def client(
        self, output: Output, sink: Sink | None = None, *, needs_key: bool = True
    ) -> Generator[Mistral]:
        """Make a client, and the server too where it is simulated.

        Args:
            output: Where it is noted who answers.
            sink: What sees the client before its first call.
            needs_key: Whether a key that is missing is an error here.

        Raises:
            CommandError: There is no key, and nothing else that would do.
            ValueError: The address, the key or the scenario is wrong.
        """
        if self.simulate is None:
            if needs_key:
                self._check_key()
            with self._made(os.environ.get("MISTRAL_API_KEY"), self.server_url, sink) as client:
                yield client
            return
        from .simulation import simulator

        with (
            simulator(self.simulate, paced=output.is_watched) as simulated,
            self._made("simulated", simulated.url, sink) as client,
        ):
            output.note("(simulated: no model, no network)")
            yield client

    @contextmanager
    def _made(self, key: str | None, url: str | None, sink: Sink | None) -> Generator[Mistral]:
        from ..client import Mistral

        _check_form(key or "")
        limit = None if self.timeout is None else self.timeout * 1000
        with Mistral(key, server_url=url, timeout_ms=limit, record=self.record) as client:
            if sink is not None:
                sink.prepare(client)
            yield client

    def _check_key(self) -> None:
        """Say both ways on before anything is done that needs a key."""
        own_server = self.server_url or os.environ.get("MISTRAL_SERVER_URL")
        if not own_server and not os.environ.get("MISTRAL_API_KEY", "").strip():
            raise CommandError(
                "there is no API key:",
                "set MISTRAL_API_KEY (https://console.mistral.ai), or try it without: --simulate.",
                code=AUTHENTICATION,
            )


def _check_form(key: str) -> None:
    """See that a key can be sent at all. It is not shown."""
    if not (key.strip().isascii() and key.strip().isprintable()):
        raise CommandError(
            "MISTRAL_API_KEY has characters that no key has.",
            "Look for quotes, line ends or blanks that were copied with it.",
            code=AUTHENTICATION,
        )
