"""The TLS context of the process."""

from __future__ import annotations

import functools
import os
import threading
from typing import TYPE_CHECKING, Final

import httpx2

if TYPE_CHECKING:
    import ssl

_making = threading.Lock()

_NOT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"}
)
"""OpenSSL's reasons, over its versions, for an answer that is not TLS."""


def speaks_no_tls(error: BaseException) -> bool:
    """Return True if an error of a handshake says that the peer's answer was not TLS."""
    return getattr(error, "reason", None) in _NOT_TLS


def tls_context() -> ssl.SSLContext:
    """Return the TLS context of the process: the system's trust, SSL_CERT_FILE and SSL_CERT_DIR.

    It takes 20 ms to make, and reads files.

    Raises:
        OSError: The file that the environment names cannot be read, or holds no certificate.
    """
    with _making:  # threads that need it together share it
        return _tls_context()


@functools.cache
def _tls_context() -> ssl.SSLContext:
    try:
        return httpx2.create_ssl_context()
    except OSError as error:
        file = os.environ.get("SSL_CERT_FILE")
        if file is None:
            raise
        raise OSError(error.errno, f"SSL_CERT_FILE: {error.strerror}", file) from error
