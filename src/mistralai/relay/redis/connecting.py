"""Connections of redis-py, with settings of our own, and its errors in our words."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from ..errors import RelayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from redis.asyncio import Redis

# Settings of a pool or a client that are not a connection's, or that are set here.
_NOT_TAKEN: Final = (
    "event_dispatcher",
    "health_check_interval",
    "himport_registry",
    "maint_notifications",
    "max_connections",
    "orig_",
    "oss_cluster",
    "parser_class",
    "retry",
    "timeout",
)

_LATER: Final = (
    "BUSY",
    "CLUSTERDOWN",
    "LOADING",
    "MASTERDOWN",
    "READONLY",
    "TRYAGAIN",
    "UNKILLABLE",
)
"""Replies of a Redis that is not ready, or is not the one to ask any more."""


class Connection(Protocol):
    """The methods of redis-py's connections that are used here."""

    async def connect(self) -> None:
        """Open it, and log in."""
        ...

    async def disconnect(self, nowait: bool = ...) -> None:
        """Close it."""
        ...

    async def send_packed_command(self, command: Sequence[bytes]) -> None:
        """Send them."""
        ...

    async def read_response(self) -> Any:
        """Return the next reply."""
        ...


class Place:
    """The place of a Redis, and the settings of connections to it.

    The connections have no timeouts of redis-py's and none of its retries: its default timeout of
    five seconds would end reads that wait for news. `Link` has timeouts of its own.

    Attributes:
        name: The address for messages, without user name and password.
    """

    def __init__(self, target: str | Redis) -> None:
        """Read the settings of a URL or of a client.

        Raises:
            RelayError: redis-py is not installed, or the client is not an asynchronous client of
                one server.
            ValueError: The URL is not one of Redis.
        """
        try:
            import redis.asyncio as asynchronous
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff
        except ImportError:
            raise RelayError("RedisStore needs redis-py: pip install 'mistralai[redis]'") from None
        if isinstance(target, str):
            client = _from_url(asynchronous.Redis, target)
        elif isinstance(target, asynchronous.Redis):
            client = target
        else:
            raise RelayError(
                "RedisStore needs a URL or a redis.asyncio.Redis, and cannot use "
                f"{type(target).__qualname__}; nor a cluster, nor a synchronous client"
            )
        pool = client.connection_pool
        given: Mapping[str, Any] = pool.connection_kwargs
        self._client = client  # a pool of Sentinel must outlive its connections
        self._settings = {
            name: value for name, value in given.items() if not name.startswith(_NOT_TAKEN)
        } | {
            "socket_timeout": None,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,
            "decode_responses": False,
        }
        self._make: Callable[..., Connection] = pool.connection_class
        self.name = _name(given)
        self._check()

    def _check(self) -> None:
        # Raised outside of `except`: the frames of the error hold the password.
        try:
            self.connection()
        except TypeError as error:
            why = str(error)
        else:
            return
        raise ValueError(f"the settings of RedisStore({self.name!r}) have an unknown one: {why}")

    def connection(self) -> Connection:
        """Return a new connection, which is not open yet."""
        return self._make(**self._settings)


def _from_url(kind: type[Redis], url: str) -> Redis:
    try:
        made: Any = kind.from_url(url)  # pyright: ignore[reportUnknownMemberType]
        return cast("Redis", made)
    except ValueError:
        pass
    # redis-py's own message might have the URL, and with it the password.
    if url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError(
            "the URL of a RedisStore has an invalid port or setting; it is like "
            "redis://user:password@host:6379/0"
        )
    raise ValueError("the URL of a RedisStore begins with redis://, rediss:// or unix://")


def _name(settings: Mapping[str, Any]) -> str:
    if "path" in settings:
        place = f"unix://{settings['path']}"
    elif "service_name" in settings or "connection_pool" in settings:
        place = "the service of a Sentinel"
    else:
        place = f"{settings.get('host', 'localhost')}:{settings.get('port', 6379)}"
    return f"{place}/{settings['db']}" if settings.get("db") else place


class Refusal(Exception):  # noqa: N818 - a reply, not a fault of this program
    """A reply by which Redis refuses a command."""

    @property
    def unknown_script(self) -> bool:
        """True where the script is to be sent as text."""
        return str(self).startswith("NOSCRIPT")

    @property
    def wrong_type(self) -> bool:
        """True where a key is of another type than the command is for."""
        return str(self).startswith("WRONGTYPE")

    @property
    def later(self) -> bool:
        """True where the connection must be replaced."""
        return str(self).startswith(_LATER)


async def read_reply(connection: Connection) -> Any:
    """Read a reply; return a `Refusal` where it is an error.

    Raises:
        OSError: The connection is broken.
    """
    from redis import exceptions

    try:
        return await connection.read_response()
    except exceptions.ResponseError as error:
        return Refusal(_text(error))


def _text(error: Exception) -> str:
    # redis-py takes the code off the errors that it has a class for.
    names = {"NoScriptError": "NOSCRIPT", "ReadOnlyError": "READONLY", "OutOfMemoryError": "OOM"}
    return f"{names.get(type(error).__name__, '')} {error}".strip()


def reason(error: BaseException) -> str:
    """Return why a connection failed, in a sentence without anything secret."""
    from redis import exceptions

    if isinstance(error, asyncio.TimeoutError | exceptions.TimeoutError):
        return "it does not answer"
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError):
        return "it refuses the user name or the password"
    if isinstance(error, exceptions.BusyLoadingError):
        return "it is loading its data"
    causes = list(_causes(error))
    found = (why for cause in causes if (why := _reason_of_system(cause)))
    return next(found, f"the connection failed ({type(causes[-1]).__name__})")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason_of_system(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "its host name cannot be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused ({error.verify_message})"
    # asyncio has one error for all addresses of a host, with their numbers in its text only.
    number = re.search(r"\[Errno (\d+)\]", str(error)) if isinstance(error, OSError) else None
    return os.strerror(int(number[1])).lower() if number else ""
