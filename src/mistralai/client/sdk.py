"""The client: its settings, its resources, and the lifetime of its HTTP clients."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any, Self, cast

from ._api.raw import RawCalls
from ._call.request import Key
from ._call.steps import DEFAULT_MAX_RESPONSE_SIZE
from ._call.urls import SERVERS, checked_url
from ._hints import resolve_hints, set_signature
from .sdkconfiguration import SDKConfiguration
from .sse import DEFAULT_MAX_EVENT_SIZE
from .types.unset import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from os import PathLike
    from types import FunctionType, TracebackType

    from typing_extensions import TypedDict, Unpack

    from ..telemetry import Telemetry
    from ._call.observed import AttributeValue, CallObserver, ScopeObserver
    from ._call.retry import RetryConfig
    from ._call.timeouts import Timeouts
    from ._stream.scope import Scope, ScopeKind
    from .agents import Agents
    from .batch import Batch
    from .beta import Beta
    from .chat import Chat
    from .embeddings import Embeddings
    from .files import Files
    from .fim import Fim
    from .httpclient import AsyncHttpClient, HttpClient
    from .models_ import Models
    from .utils.logger import Logger

    class _NoOthers(TypedDict):
        """Type checkers know that there are no other settings."""


_RESOURCES = {
    "agents": ("agents", "Agents"),
    "batch": ("batch", "Batch"),
    "beta": ("beta", "Beta"),
    "chat": ("chat", "Chat"),
    "embeddings": ("embeddings", "Embeddings"),
    "files": ("files", "Files"),
    "fim": ("fim", "Fim"),
    "models": ("models_", "Models"),
}


class Mistral(RawCalls):
    """A client of the Mistral API.

    The constructor opens no connection. A client may be shared between threads, and may
    be used in several event loops, one after the other. After `close`, `aclose` or the end of its
    `with` block it stays closed. Arguments win over environment variables.

    Args:
        api_key: The key, or a callable that returns it, called at each request.
            By default the environment variable MISTRAL_API_KEY.
        server: One of Mistral's servers: `"global"` (default), `"eu"` or `"us"`.
        server_url: The address of another server with this API; wins over `server`. A query,
            such as `?api-version=2024-05-01`, is appended to the path of each request. By
            default the environment variable MISTRAL_SERVER_URL, unless `server` is given.
        url_params: Values for `{names}` in `server_url`.
        client: An `httpx2.Client` or `httpx.Client` for synchronous calls, or an object with
            their `build_request` and `send`. The client does not close it.
        async_client: An `httpx2.AsyncClient` or `httpx.AsyncClient` for asynchronous calls, or
            an object with their methods. The client does not close it.
        retry_config: The retries of calls that do not set them: a `RetryConfig`, a number, or
            `None` for none. By default 2.
        timeout_ms: The timeouts `connect`, `first_event` and `idle` together, in milliseconds.
        timeouts: The timeouts one by one, in seconds; they win over `timeout_ms`. By default
            10 s to connect, and 300 s for the first event and between events.
        max_event_size: The maximum size of one event of a stream, in bytes. By default 64 MiB.
        max_connections: The maximum number of open connections, for synchronous calls and for
            each event loop. Further calls wait for one, in order, for `timeouts.connect`
            seconds at most. By default there is no limit. It does not apply to `client` and
            `async_client`.
        max_response_size: The maximum size of an answer that is not a stream, decompressed, in
            bytes. By default 256 MiB.
        strict_end: Whether a stream that ends cleanly in mid-answer raises
            `StreamTruncatedError` (default). Otherwise it ends with `end_reason`
            `"truncated"`.
        record: A file to which every exchange is appended, for `mistralai.simulator` to replay
            or for a report: requests, answers and the time of each read. It contains the
            prompts, but not the key. Several clients may write to one file.
        debug_logger: The log of each call. By default the logger `mistralai`, which writes to
            standard error if the environment variable MISTRAL_DEBUG is set and no handler of
            the program takes the line.
        telemetry: Spans and metrics by OpenTelemetry: `True` for its global providers, a
            `mistralai.telemetry.Telemetry` for others, `False` for none. By default what the
            environment variable MISTRAL_SDK_TELEMETRY says: `global`, or `false`, which is as good
            as none. It needs the extra `otel`.
        observers: Those who see each call and its end, to trace or count them, as
            `mistralai.client.observers` describes. What they raise is logged once and reaches
            no caller.

    Raises:
        ImportError: `telemetry` was asked for, and opentelemetry-api is not installed.
        TypeError: An argument is unknown or has the wrong type.
        ValueError: `api_key` is not printable ASCII, `server` is not one of the three, or
            `server_url` is not an address or has a fragment.

    Attributes:
        chat: Chat completions.
        fim: Fill-in-the-middle completions.
        agents: Completions of agents.
        embeddings: Embeddings of texts.
        files: Stored files.
        batch: Batches of requests, as `batch.jobs`.
        beta: Agents, as `beta.agents`.
        models: The list of models.
        sdk_configuration: The settings of the client.

    Example:
        >>> with Mistral() as client:
        ...     question = {"role": "user", "content": "Hello there"}
        ...     stream = client.chat.stream(model="mistral-large-latest", messages=[question])
        ...     with stream:
        ...         for text in stream.text_stream:
        ...             print(text, end="", flush=True)
    """

    if TYPE_CHECKING:
        agents: Agents
        batch: Batch
        beta: Beta
        chat: Chat
        embeddings: Embeddings
        files: Files
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
        telemetry: bool | Telemetry | None = None,
        observers: Iterable[CallObserver | ScopeObserver] = (),
        **others: Unpack[_NoOthers],
    ) -> None:
        if api_key is None or api_key == "":
            api_key = os.environ.get("MISTRAL_API_KEY")
        key = Key(api_key)
        del api_key  # from here on no traceback shows it
        unknown = next(iter(others), None)
        del others  # which may have it too
        if unknown is not None:
            raise TypeError(_unknown_setting(type(self), unknown))
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
            observers=(*_telemetry(telemetry), *_listed(observers)),
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make a resource at its first use, and keep it."""
            if name not in _RESOURCES:
                raise AttributeError(_missing(type(self).__name__, name), name=name, obj=self)
            import importlib

            module, cls = _RESOURCES[name]
            resource = getattr(importlib.import_module(f"..{module}", __name__), cls)
            self.__dict__[name] = resource(self.sdk_configuration)
            return self.__dict__[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_RESOURCES})

    def observe(
        self,
        name: str,
        kind: ScopeKind = "internal",
        attributes: Mapping[str, AttributeValue] | None = None,
        *,
        content: Mapping[str, str] | None = None,
        parent: Mapping[str, str] | None = None,
    ) -> Scope:
        """Return a scope around calls for `with`: to observers, calls made inside belong to it.

        Without observers it costs next to nothing.

        Args:
            name: The name of the work.
            kind: `"internal"` for work of this process, `"client"` for a request to another.
            attributes: What is known of it, by names such as those of the GenAI conventions.
            content: Prompts and the like, which observers keep only if they were asked to.
            parent: The `carrier` of a scope in another process, to which this one is to belong.

        Raises:
            TypeError: `name` is not a string.
            ValueError: `name` is empty, or `kind` is none of the two.
        """
        return self.sdk_configuration.observe(
            name, kind, attributes, content=content, parent=parent
        )

    def close(self) -> None:
        """End the client: further calls raise `RuntimeError`.

        The connections of synchronous calls are closed; a `client` that was passed stays open.
        """
        self.sdk_configuration.close()

    async def aclose(self) -> None:
        """End the client: close the connections of this event loop, and as `close` does."""
        await self.sdk_configuration.aclose()
        self.close()

    def __enter__(self) -> Self:
        self.sdk_configuration.check_open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        self.sdk_configuration.check_open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        # Tracebacks with local variables also show clients whose constructor raised.
        return f"{type(self).__name__}({self.__dict__.get('sdk_configuration')!r})"


def _unknown_setting(cls: type, name: str) -> str:
    from ._api.othernames import setting_hint

    hint = setting_hint(name, inspect.signature(Mistral).parameters)
    return f"{cls.__name__}() got an unexpected keyword argument {name!r}{hint}"


def _hide_others(constructor: FunctionType) -> None:
    """Leave `others` out of the signature, by which programs choose what they may pass."""
    own = inspect.signature(constructor)
    shown = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    set_signature(constructor, shown, own.return_annotation)


def _missing(cls: str, name: str) -> str:
    from ._api.othernames import resource_hint

    return f"{cls!r} has no attribute {name!r}{resource_hint(name)}"


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


def _listed(
    observers: Iterable[CallObserver | ScopeObserver],
) -> Iterable[CallObserver | ScopeObserver]:
    if not hasattr(observers, "__iter__"):
        raise TypeError(f"observers takes a list, not {observers!r}")
    return observers


def _telemetry(setting: bool | Telemetry | None) -> tuple[CallObserver, ...]:
    """Return the observer that telemetry asks for, if it does; its module is rarely needed."""
    if setting is None and "MISTRAL_SDK_TELEMETRY" not in os.environ:
        return ()
    from ._api.telemetering import observer_of

    observer = observer_of(setting)
    return () if observer is None else (observer,)


def _check_client(name: str, client: object, *, asynchronous: bool) -> None:
    """Check by its methods that an HTTP client is of the sync or the async variant."""
    if client is None:
        return
    send = getattr(client, "send", None)
    if not (callable(send) and callable(getattr(client, "build_request", None))):
        kind = "AsyncClient" if asynchronous else "Client"
        raise TypeError(
            f"{name} takes an httpx2.{kind}, or an object with its build_request and send,"
            f" not {client!r}"
        )
    if inspect.iscoroutinefunction(send) is not asynchronous:
        other = "client" if asynchronous else "async_client"
        raise TypeError(f"{name} does not take {client!r}; pass this client as {other}=")


def _check(
    retry_config: RetryConfig | int | Unset | None,
    timeout_ms: float | None,
    timeouts: Timeouts | None,
) -> None:
    """Check settings; the modules that read them are imported only if they are given."""
    if not isinstance(retry_config, Unset):
        from ._call.retry import Policy

        Policy.of(retry_config, name="retry_config")
    if timeout_ms is not None or timeouts is not None:
        from ._call.timeouts import Timeouts

        Timeouts.of_ms(timeout_ms)
        Timeouts.of(timeouts)


def _check_count(name: str, value: object, kind: str) -> None:
    """Check that a setting is a whole number above 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} takes {kind}, not {value!r}")
    if value <= 0:
        raise ValueError(f"{name} is {value}; give {kind} above 0")


_hide_others(cast("FunctionType", Mistral.__init__))
resolve_hints(__name__)
