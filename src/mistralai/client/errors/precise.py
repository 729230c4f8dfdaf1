"""The connection errors of this package combined with httpx2's precise classes.

`except httpx2.ReadTimeout` and `except APITimeoutError` both catch a `ReadTimeout` of this module.
"""

from typing import TypeVar, cast

import httpx2

from .connection import APIConnectionError, APITimeoutError, StreamInterruptedError

C = TypeVar("C", bound=APIConnectionError)

# ruff: noqa: D101, D102, N818 - each class combines its two bases, under the name of the second


class ConnectTimeout(APITimeoutError, httpx2.ConnectTimeout): ...


class PoolTimeout(APITimeoutError, httpx2.PoolTimeout): ...


class ReadTimeout(APITimeoutError, httpx2.ReadTimeout): ...


class WriteTimeout(APITimeoutError, httpx2.WriteTimeout): ...


class ConnectError(APIConnectionError, httpx2.ConnectError): ...


class CertificateError(ConnectError):
    """The server's certificate could not be verified, which a retry does not change."""

    @property
    def retryable(self) -> bool:
        return False


class NotTLSError(ConnectError):
    """The server does not speak TLS, which a retry does not change."""

    @property
    def retryable(self) -> bool:
        return False


class ReadError(APIConnectionError, httpx2.ReadError): ...


class WriteError(APIConnectionError, httpx2.WriteError): ...


class CloseError(APIConnectionError, httpx2.CloseError): ...


class LocalProtocolError(APIConnectionError, httpx2.LocalProtocolError):
    @property
    def retryable(self) -> bool:
        return False


class RemoteProtocolError(APIConnectionError, httpx2.RemoteProtocolError): ...


class ProxyError(APIConnectionError, httpx2.ProxyError): ...


class ProxyRefusedError(ProxyError):
    """A proxy refused with a status from 400 to 499, which a retry does not change."""

    @property
    def retryable(self) -> bool:
        return False


class UnsupportedProtocol(APIConnectionError, httpx2.UnsupportedProtocol):
    @property
    def retryable(self) -> bool:
        return False


class DecodingError(APIConnectionError, httpx2.DecodingError):
    """A corrupt body, read by a hook of the caller's HTTP client before there was a response."""

    @property
    def retryable(self) -> bool:
        return False


class StreamReadError(StreamInterruptedError, httpx2.ReadError): ...


class StreamProtocolError(StreamInterruptedError, httpx2.RemoteProtocolError): ...


_CLASSES = (
    ConnectTimeout,
    PoolTimeout,
    ReadTimeout,
    WriteTimeout,
    ConnectError,
    ReadError,
    WriteError,
    CloseError,
    LocalProtocolError,
    RemoteProtocolError,
    ProxyError,
    UnsupportedProtocol,
    DecodingError,
    StreamReadError,
    StreamProtocolError,
)
_TABLE: dict[tuple[type[APIConnectionError], type[BaseException]], type[APIConnectionError]] = {
    (cls.__bases__[0], cls.__bases__[1]): cls for cls in _CLASSES
}


def precise(ours: type[C], cause: BaseException) -> type[C]:
    """Return the class that combines `ours` with the class of `cause`, else `ours`."""
    return cast("type[C]", _TABLE.get((ours, cause.__class__), ours))
