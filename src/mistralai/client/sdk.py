"""The client: its settings, its resources, and the life of its HTTP clients."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from ._call.request import SERVERS, Key, checked_url
from ._call.steps import DEFAULT_MAX_RESPONSE_SIZE
from ._hints import resolve_hints
from .sdkconfiguration import SDKConfiguration
from .sse import DEFAULT_MAX_EVENT_SIZE
from .types.unset import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from types import TracebackType

    from ._call.retry import RetryConfig
    from ._call.timeouts import Timeouts
    from .agents import Agents
    from .chat import Chat
    from .embeddings import Embeddings
    from .fim import Fim
    from .httpclient import AsyncHttpClient, HttpClient
    from .models_ import Models
    from .utils.logger import Logger

_RESOURCES = {
    "agents": ("agents", "Agents"),
    "chat": ("chat", "Chat"),
    "embeddings": ("embeddings", "Embeddings"),
    "fim": ("fim", "Fim"),
    "models": ("models_", "Models"),
}
_ELSEWHERE = {
    "audio",
    "batch",
    "beta",
    "classifiers",
    "events",
    "files",
    "fine_tuning",
    "ocr",
    "realtime",
    "responses",
    "workflows",
}
"""What the generated SDKs have beside these."""


class Mistral:
    """A client of the Mistral API.

    Making one opens nothing. It may be shared between threads, and one serves
    several event loops, one after the other.

    Attributes:
        chat: Chat completions.
        fim: Fill in the middle.
        agents: Completions of agents.
        embeddings: Texts as vectors.
        models: Which models there are.
        sdk_configuration: What the client is set to.
    """

    if TYPE_CHECKING:
        agents: Agents
        chat: Chat
        embeddings: Embeddings
        fim: Fim
        models: Models

    def __init__(
        self,
        api_key: str | Callable[[], str | None] | None = None,
        server: str | None = None,
        *,
        server_url: str | None = None,
        url_params: Mapping[str, str] | None = None,
        client: HttpClient | None = None,
        async_client: AsyncHttpClient | None = None,
        retry_config: RetryConfig | int | Unset | None = UNSET,
        timeout_ms: float | None = None,
        timeouts: Timeouts | None = None,
        max_event_size: int = DEFAULT_MAX_EVENT_SIZE,
        max_connections: int | None = None,
        max_response_size: int = DEFAULT_MAX_RESPONSE_SIZE,
        strict_end: bool = True,
        record: str | PathLike[str] | None = None,
        debug_logger: Logger | None = None,
    ) -> None:
        """Set a client up. Arguments win over the environment.

        Args:
            api_key: The key, or a callable that gives it, asked at each request.
                By default the environment's MISTRAL_API_KEY.
            server: One of Mistral's own: `"global"` (default), `"eu"` or `"us"`.
            server_url: The address of another server that speaks the API; wins over `server`. A
                query, such as `?api-version=2024-05-01`, goes behind the path of each request.
                By default the environment's MISTRAL_SERVER_URL, where `server` is not given.
            url_params: Values for `{names}` in `server_url`.
            client: An `httpx2.Client` or `httpx.Client` to use for synchronous calls, or what has
                their `build_request` and `send`; it is left open.
            async_client: An `httpx2.AsyncClient` or `httpx.AsyncClient` for asynchronous ones,
                likewise.
            retry_config: Retries of calls that say nothing of them: a `RetryConfig`, a number,
                or `None` for none. By default 2.
            timeout_ms: The limits `connect`, `first_event` and `idle` together, in milliseconds.
            timeouts: The limits one by one, in seconds; they win over `timeout_ms`.
            max_event_size: Bytes that one event of a stream may have. By default 64 MiB.
            max_connections: How many connections may be open, for synchronous calls and for each
                event loop; calls beyond wait for one, first come, first served, as long as
                `timeouts.connect`. By default there is no limit. A client that is passed has
                limits of its own.
            max_response_size: Bytes that an answer may have that is no stream, decompressed. By
                default 256 MiB.
            strict_end: Whether a stream that ends cleanly in mid-answer is a
                `StreamTruncatedError`; if not, it ends, with `end_reason` `"truncated"`.
            record: A file to add every exchange to, for `mistralai.simulator` to play back or for a
                report: requests, answers and when each read came. Prompts stay in, the key does not.
                Several clients may name one file.
            debug_logger: Takes the log of each call. By default the logger `mistralai`, which
                writes to standard error where the environment has MISTRAL_DEBUG and no handler of
                the program takes the line.

        Raises:
            TypeError: An argument is of the wrong type.
            ValueError: `api_key` is not printable ASCII, `server` is none of the three, or
                `server_url` is no address or has a fragment.
        """
        given = api_key is not None and api_key != ""
        key = Key(api_key if given else os.environ.get("MISTRAL_API_KEY"))
        del api_key  # from here on no traceback has it in clear
        key.check()
        _check(retry_config, timeout_ms, timeouts)
        _check_count("max_event_size", max_event_size, "a number of bytes")
        _check_count("max_response_size", max_response_size, "a number of bytes")
        if max_connections is not None:
            _check_count("max_connections", max_connections, "a number of connections")
        _check_client("client", client, asynchronous=False)
        _check_client("async_client", async_client, asynchronous=True)
        self.sdk_configuration = SDKConfiguration(
            key=key,
            server_url=_server_url(server_url, server, url_params),
            server=_server(server),
            client=client,
            async_client=async_client,
            retry_config=retry_config,
            timeout_ms=timeout_ms,
            timeouts=timeouts,
            max_event_size=max_event_size,
            max_connections=max_connections,
            max_response_size=max_response_size,
            strict_end=strict_end,
            record=record,
            debug_logger=debug_logger,
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make a resource when it is first used, and keep it."""
            if name not in _RESOURCES:
                raise AttributeError(_missing(type(self).__name__, name), name=name, obj=self)
            import importlib

            module, cls = _RESOURCES[name]
            resource = getattr(importlib.import_module(f"..{module}", __name__), cls)
            made = self.__dict__[name] = resource(self.sdk_configuration)
            return made

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_RESOURCES})

    def close(self) -> None:
        """Close the connections of synchronous calls; a client that the caller passed stays open."""
        self.sdk_configuration.close()

    async def aclose(self) -> None:
        """Close all connections of this event loop, and those of synchronous calls."""
        await self.sdk_configuration.aclose()
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        # Rendered tracebacks show clients whose constructor raised, too.
        return f"{type(self).__name__}({self.__dict__.get('sdk_configuration')!r})"


def _missing(cls: str, name: str) -> str:
    said = f"{cls!r} has no attribute {name!r}"
    if name not in _ELSEWHERE:
        return said
    return (
        f"{said}: this package covers {', '.join(_RESOURCES)}. For the rest of the API use the"
        " generated SDK, `mistralai` on the public index, in an environment of its own, or plain"
        " HTTP: https://docs.mistral.ai/api"
    )


def _server(server: str | None) -> str:
    if server is not None and server not in SERVERS:
        raise ValueError(f"server is {server!r}; give one of {', '.join(map(repr, SERVERS))}")
    return server or "global"


def _server_url(
    server_url: str | None, server: str | None, url_params: Mapping[str, str] | None
) -> str | None:
    name = "server_url"
    if not server_url and server is None:
        server_url, name = os.environ.get("MISTRAL_SERVER_URL"), "MISTRAL_SERVER_URL"
    if not server_url:
        return None
    for placeholder, value in (url_params or {}).items():
        server_url = server_url.replace(f"{{{placeholder}}}", str(value))
    return checked_url(server_url, name)


def _check_client(name: str, client: object, *, asynchronous: bool) -> None:
    """See that an HTTP client is one of this colour, by what it can do: it may be of any make."""
    if client is None:
        return
    send = getattr(client, "send", None)
    if not (callable(send) and callable(getattr(client, "build_request", None))):
        kind = "AsyncClient" if asynchronous else "Client"
        raise TypeError(
            f"{name} takes an httpx2.{kind}, or what has its build_request and send, not {client!r}"
        )
    from inspect import iscoroutinefunction

    if iscoroutinefunction(send) is not asynchronous:
        other = "client" if asynchronous else "async_client"
        raise TypeError(f"{name} was given {client!r}, which goes to {other}")


def _check(
    retry_config: RetryConfig | int | Unset | None,
    timeout_ms: float | None,
    timeouts: Timeouts | None,
) -> None:
    """See that settings are of the right kind; what reads them is loaded only if they are given."""
    if not isinstance(retry_config, Unset):
        from ._call.retry import Policy

        Policy.of(retry_config, name="retry_config")
    if timeout_ms is not None or timeouts is not None:
        from ._call.timeouts import Timeouts

        Timeouts.of_ms(timeout_ms)
        Timeouts.of(timeouts)


def _check_count(name: str, value: object, kind: str) -> None:
    """See that a setting is a whole number above 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} takes {kind}, not {value!r}")
    if value <= 0:
        raise ValueError(f"{name} is {value}; give {kind} above 0")


resolve_hints(__name__)
