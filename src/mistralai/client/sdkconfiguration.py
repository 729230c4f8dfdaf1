"""The settings of a client. Libraries read them, and some change them."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

from ._hints import resolve_hints
from ._version import __user_agent__, __version__
from .types.unset import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from os import PathLike

    from ..recording import Recorder
    from ._call.observed import AttributeValue, CallObserver, ScopeObserver
    from ._call.request import Key
    from ._call.retry import RetryConfig
    from ._call.timeouts import Timeouts
    from ._stream.scope import Scope, ScopeKind
    from .httpclient import AsyncHttpClient, HttpClient
    from .models.security import Security
    from .utils.logger import Logger


class SDKConfiguration:
    """The settings of one client, shared by its resources.

    Attributes:
        server: The name of one of Mistral's servers.
        client_supplied: Whether the caller passed the synchronous HTTP client.
        async_client_supplied: Whether the caller passed the asynchronous HTTP client.
        retry_config: The retries of calls that do not set them.
        timeout_ms: The value of `Mistral(timeout_ms=...)`, in milliseconds.
        timeouts: The value of `Mistral(timeouts=...)`.
        max_event_size: The maximum size of one event of a stream, in bytes.
        max_connections: The maximum number of open connections, or `None` for no limit.
        max_response_size: The maximum size of a whole answer, in bytes.
        strict_end: Whether a stream that ends in mid-answer is an error.
        debug_logger: The log of each call, in place of the logger `mistralai`.
        observers: Those who see each call, in the order in which they are told.
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
        client: HttpClient | None,
        async_client: AsyncHttpClient | None,
        retry_config: RetryConfig | int | Unset | None = UNSET,
        timeout_ms: float | None = None,
        timeouts: Timeouts | None = None,
        max_event_size: int,
        max_response_size: int,
        max_connections: int | None = None,
        strict_end: bool = True,
        record: str | PathLike[str] | None = None,
        debug_logger: Logger | None = None,
        observers: Iterable[CallObserver | ScopeObserver] = (),
    ) -> None:
        self._key = key
        self._security: Security | Callable[[], Security] | None = None
        self._making = threading.Lock()  # makes threads share one client and one recorder
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
        self.max_connections = max_connections
        self.max_response_size = max_response_size
        self.strict_end = strict_end
        self._record = record
        self._recorder: Recorder | None = None
        self._closed = False
        self.debug_logger = debug_logger
        self.observers = observers

    @property
    def server_url(self) -> str | None:
        """The address of the server, or `None` if `server` names it.

        Its query is appended to the path of each request. Setting it raises `ValueError` if it is
        not an address, or has a fragment.
        """
        return self._server_url

    @server_url.setter
    def server_url(self, server_url: str | None) -> None:
        from ._call.urls import checked_url

        self._server_url = checked_url(server_url) if server_url else None

    @property
    def observers(self) -> tuple[object, ...]:
        """Those who see each call. Setting it raises `TypeError` for what cannot observe."""
        return self._observers

    @observers.setter
    def observers(self, observers: Iterable[object]) -> None:
        self._observers: tuple[object, ...] = tuple(observers)
        if self._observers:
            from ._call.watching import Observers

            self._observers = Observers(self._observers)

    def observe(
        self,
        name: str,
        kind: ScopeKind = "internal",
        attributes: Mapping[str, AttributeValue] | None = None,
        *,
        content: Mapping[str, str] | None = None,
        parent: Mapping[str, str] | None = None,
    ) -> Scope:
        """Return a scope around calls, as `Mistral.observe` does."""
        from ._stream.scope import scope_of

        return scope_of(self._observers, name, kind, attributes, content=content, parent=parent)

    @property
    def key(self) -> Key:
        """The key that authorises requests; it is hidden in every repr."""
        return self._key

    @property
    def security(self) -> Security | Callable[[], Security] | None:
        """The key as a `Security`, a callable that returns one if the key is a callable, or `None`.

        It is read at each request, so it may be changed and replaced.
        """
        with self._making:  # threads get the same object, and see each other's changes
            if self._security is None:
                self._security = self._security_of(self._key)
            return self._security

    @security.setter
    def security(self, security: Security | Callable[[], Security] | None) -> None:
        from ._call.request import Key
        from .models.security import Security

        if isinstance(security, Security):
            self._key = Key(lambda: security.api_key)
        elif callable(security):
            self._key = Key(lambda: security().api_key)
        elif security is None:
            self._key = Key(None)
        else:
            kind = type(security).__name__
            raise TypeError(
                f"security takes a Security or a callable that returns one, not a {kind}"
            )
        self._security = security

    def _security_of(self, key: Key) -> Security | Callable[[], Security] | None:
        from .models.security import Security

        if key.is_asked:
            return lambda: Security(api_key=key.reveal())
        found = key.reveal()
        if found is None:
            return None
        self.security = security = Security(api_key=found)
        return security

    @property
    def client(self) -> HttpClient:
        """The HTTP client of synchronous calls; if none was passed, it is made at first use.

        Reading it raises `RuntimeError` once the client is closed.
        """
        with self._making:
            self.check_open()
            if self._client is None:
                from ._http.clients import make_client

                self._client = make_client(self.max_connections, owner=self)
            return self._client

    @client.setter
    def client(self, client: HttpClient | None) -> None:
        self._client, self.client_supplied = client, client is not None

    @property
    def async_client(self) -> AsyncHttpClient:
        """The HTTP client of asynchronous calls, as `client` is that of synchronous ones."""
        with self._making:
            self.check_open()
            if self._async_client is None:
                from ._http.clients import make_async_client

                self._async_client = make_async_client(self.max_connections)
            return self._async_client

    @async_client.setter
    def async_client(self, client: AsyncHttpClient | None) -> None:
        self._async_client, self.async_client_supplied = client, client is not None

    @property
    def recorder(self) -> Recorder | None:
        """The writer of the file that `Mistral(record=...)` names, or `None`."""
        if self._record is None:
            return None
        with self._making:
            if self._recorder is None:
                from ..recording import Recorder

                self._recorder = recorder = Recorder(self._record)
                weakref.finalize(self, recorder.close)
            return self._recorder

    def supplied_timeouts(self, *, asynchronous: bool) -> Timeouts | None:
        """Return the timeouts of the HTTP client that the caller passed, if any."""
        if not (self.async_client_supplied if asynchronous else self.client_supplied):
            return None
        from ._call.timeouts import Timeouts

        client = self._async_client if asynchronous else self._client
        timeout: Any = getattr(client, "timeout", None)
        # Clients other than httpx2's may have an attribute of that name with another meaning.
        parts = ("connect", "read", "write", "pool")
        if not all(hasattr(timeout, name) for name in parts):
            return None
        return Timeouts.of_client(timeout)

    def get_server_details(self) -> tuple[str, dict[str, str]]:
        """Return the address of the server with its query, and an empty dict of parameters."""
        from ._call.urls import SERVERS

        return self.server_url or SERVERS[self.server], {}

    @property
    def is_closed(self) -> bool:
        """True once the client was closed; it cannot be opened again."""
        return self._closed

    def check_open(self) -> None:
        """Check that the client may be used.

        Raises:
            RuntimeError: It was closed.
        """
        if self._closed:
            raise RuntimeError(
                "the client is closed: make calls before close() and inside its with block,"
                " or make another client"
            )

    def close(self) -> None:
        """End the client: close its recording, and its synchronous HTTP client.

        An HTTP client that the caller passed stays open.
        """
        with self._making:
            self._closed = True
            client = None if self.client_supplied else self._client
        if self._recorder is not None:
            self._recorder.close()
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """End the client, and close its asynchronous HTTP client, unless the caller passed it."""
        with self._making:
            self._closed = True
            client = None if self.async_client_supplied else self._async_client
        if client is not None:
            await client.aclose()

    def __repr__(self) -> str:
        from ._call.urls import shown

        address = shown(self.get_server_details()[0])
        return f"SDKConfiguration(server_url={address!r}, timeout_ms={self.timeout_ms!r})"


resolve_hints(__name__)
