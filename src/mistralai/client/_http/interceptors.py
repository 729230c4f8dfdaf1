"""Detection of replaced methods of httpx2 and httpcore2, which see or answer all requests.

Recorders and mocks of tests (vcrpy, httpx2-pytest, respx) and class-wide instrumentation
(OpenTelemetry) put functions of their own in the place of the libraries' methods. They expect to
see every request, so the transports here hand theirs to httpx2's own transport while one is there.

A method is the library's own if it is a plain function, wraps nothing, and its code is from a file
of that library. Comparing with a function that was kept at import would miss a patch that came
before.
"""

from __future__ import annotations

import os
import sys
from types import FunctionType
from typing import Any, Final

import httpx2

_HTTPX2: Final = os.path.join(os.path.dirname(httpx2.__file__), "")  # noqa: PTH118, PTH120 - compared as a text
_BROWSER: Final = sys.platform == "emscripten"  # there are no sockets; httpx2 has another way
_SYNC: Final = ("ConnectionPool", "HTTPConnection")
_ASYNC: Final = ("AsyncConnectionPool", "AsyncHTTPConnection")


def sync_is_intercepted() -> bool:
    """Return whether synchronous requests are to go through `httpx2.HTTPTransport`."""
    method = httpx2.HTTPTransport.handle_request
    return _BROWSER or not _is_own(method, _HTTPX2) or _core_is_replaced(_SYNC, "handle_request")


def async_is_intercepted() -> bool:
    """Return whether asynchronous requests are to go through `httpx2.AsyncHTTPTransport`."""
    method = httpx2.AsyncHTTPTransport.handle_async_request
    return (
        _BROWSER
        or not _is_own(method, _HTTPX2)
        or _core_is_replaced(_ASYNC, "handle_async_request")
    )


def _core_is_replaced(classes: tuple[str, ...], method: str) -> bool:
    """Return whether httpcore2, if it is loaded, has a method replaced."""
    httpcore2: Any = sys.modules.get("httpcore2")
    if httpcore2 is None:
        return False
    folder = os.path.join(os.path.dirname(httpcore2.__file__), "")  # noqa: PTH118, PTH120 - compared as a text
    found = (getattr(getattr(httpcore2, name, None), method, None) for name in classes)
    return not all(_is_own(each, folder) for each in found)


def _is_own(method: object, folder: str) -> bool:
    return (
        isinstance(method, FunctionType)
        and not hasattr(method, "__wrapped__")
        and method.__code__.co_filename.startswith(folder)
    )
