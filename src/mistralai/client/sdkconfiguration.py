"""What a client is set to. Libraries read it, and some write to it."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Protocol

from ._version import __user_agent__, __version__
from .hints import resolve_hints
from .types.unset import UNSET, Unset

if TYPE_CHECKING:
    from os import PathLike

    import httpx2

    from ..recording import Recorder
    from .request import Key
    from .retry import RetryConfig
    from .timeouts import Timeouts


class Logger(Protocol):
    """What `debug_logger` takes; a `logging.Logger` is one."""

    def debug(self, msg: str, *args: object) -> object:
        """Take a message and the arguments of its percent signs."""
        ...


class SDKConfiguration:
    """The settings of one client, shared by its resources.

    Attributes:
        server_url: The address of the server, or `None` where `server` names it.
        server: The name of one of Mistral's servers.
        client_supplied: Whether the caller passed the synchronous HTTP client.
        async_client_supplied: The same of the asynchronous one.
        retry_config: Retries of a call that says nothing of them.
        timeout_ms: Milliseconds, as `Mistral(timeout_ms=...)` was given.
        timeouts: Limits, as `Mistral(timeouts=...)` was given.
        max_event_size: Bytes that one event of a stream may have.
        strict_end: Whether a stream that ends in mid-answer is an error.
        debug_logger: Takes the log of each call in place of the logger `mistralai`.
    """

    language = "python"
    sdk_version = __version__
    user_agent = __user_agent__

    def __init__(
        self,
        *,
        key: Key,
        server_url: str | None,
        server: str,
        client: httpx2.Client | None,
        async_client: httpx2.AsyncClient | None,
        retry_config: RetryConfig | int | Unset | None = UNSET,
        timeout_ms: float | None = None,
        timeouts: Timeouts | None = None,
        max_event_size: int,
        strict_end: bool = True,
        record: str | PathLike[str] | None = None,
        debug_logger: Logger | None = None,
    ) -> None:
        self._key = key
        self._making = threading.Lock()  # threads that need an HTTP client at once share it
        self._client = client
        self._async_client = async_client
        self.client_supplied = client is not None
        self.async_client_supplied = async_client is not None
        self.server_url = server_url
        self.server = server
        self.retry_config = retry_config
        self.timeout_ms = timeout_ms
        self.timeouts = timeouts
        self.max_event_size = max_event_size
        self.strict_end = strict_end
        self._record = record
        self._recorder: Recorder | None = None
        self.debug_logger = debug_logger

    @property
    def key(self) -> Key:
        """What authorises requests; it shows itself nowhere."""
        return self._key

    @property
    def client(self) -> httpx2.Client:
        """The HTTP client of synchronous calls, made at the first of them if none was passed."""
        with self._making:
            if self._client is None:
                from .clients import make_client

                self._client = client = make_client()
                # At the end of the process too: no socket is left for the interpreter to
                # complain of.
                weakref.finalize(self, client.close)
            return self._client

    @client.setter
    def client(self, client: httpx2.Client) -> None:
        self._client, self.client_supplied = client, True

    @property
    def async_client(self) -> httpx2.AsyncClient:
        """The HTTP client of asynchronous calls, likewise."""
        with self._making:
            if self._async_client is None:
                from .clients import make_async_client

                self._async_client = make_async_client()
            return self._async_client

    @async_client.setter
    def async_client(self, client: httpx2.AsyncClient) -> None:
        self._async_client, self.async_client_supplied = client, True

    @property
    def recorder(self) -> Recorder | None:
        """What writes exchanges to the file that `Mistral(record=...)` names, if it names one."""
        if self._record is not None and self._recorder is None:
            from ..recording import Recorder

            self._recorder = recorder = Recorder(self._record)
            weakref.finalize(self, recorder.close)
        return self._recorder

    def supplied_timeouts(self, *, asynchronous: bool) -> Timeouts:
        """The limits of the HTTP client that the caller passed, if one was."""
        from .timeouts import NOTHING_SAID, Timeouts

        client: object = None
        if asynchronous and self.async_client_supplied:
            client = self._async_client
        elif not asynchronous and self.client_supplied:
            client = self._client
        timeout = getattr(client, "timeout", None)
        return NOTHING_SAID if timeout is None else Timeouts.of_client(timeout)

    def get_server_details(self) -> tuple[str, dict[str, str]]:
        """The address of the server, and the parameters left to fill in, of which there are none."""
        from .request import SERVERS

        return self.server_url or SERVERS[self.server], {}

    def close(self) -> None:
        """Close the file of the recording, and the synchronous HTTP client if this package made it.

        The next call opens both again.
        """
        if self._recorder is not None:
            self._recorder.close()
        client = self._client
        if client is not None and not self.client_supplied:
            with self._making:
                self._client = None
            client.close()

    async def aclose(self) -> None:
        """Close the asynchronous HTTP client likewise."""
        client = self._async_client
        if client is not None and not self.async_client_supplied:
            with self._making:
                self._async_client = None
            await client.aclose()

    def __repr__(self) -> str:
        from .request import shown

        address = shown(self.get_server_details()[0])
        return f"SDKConfiguration(server_url={address!r}, timeout_ms={self.timeout_ms!r})"


resolve_hints(__name__)
