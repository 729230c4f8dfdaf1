"""Reading whole bodies, each up to a limit: answers, errors, and the rest after `[DONE]`.

Each function takes `read`, which reads once, until a given moment at the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ..errors import MistralClientError, ResponseValidationError
from .response import EXCERPT
from .steps import Close

if TYPE_CHECKING:
    from collections.abc import Callable

    from .response import Head
    from .steps import Steps

    ReadOnce: TypeAlias = Callable[[float | None], Steps[bytes]]

ERROR_BODY_SIZE: Final = 1024 * 1024
"""Bytes of an error's body that are read."""

ERROR_BODY_SECONDS: Final = 5.0
"""Seconds that reading the body of an error may take."""

DRAIN_SIZE: Final = 4096
"""Bytes that are read after `[DONE]`."""

DRAIN_SECONDS: Final = 0.05
"""Seconds that reading to the end of the body may take after `[DONE]`."""


def read_answer(read: ReadOnce, head: Head, max_size: int) -> Steps[bytes]:
    """Read a body to its end.

    Raises:
        MistralClientError: The connection failed, or the body is larger than `max_size`.
    """
    pieces: list[bytes] = []
    left = max_size
    while data := (yield from read(None)):
        pieces.append(data)
        left -= len(data)
        if left < 0:
            raise _too_large(pieces, head, max_size)
    return b"".join(pieces)


def read_error_body(read: ReadOnce, now: float) -> Steps[bytes]:
    """Read the body of an error and release the connection."""
    body = yield from _read_part(read, ERROR_BODY_SIZE, now + ERROR_BODY_SECONDS)
    yield Close()
    return body


def drain(read: ReadOnce, now: float) -> Steps[None]:
    """Read to the end of the body if that is near, so that the connection can be reused."""
    yield from _read_part(read, DRAIN_SIZE, now + DRAIN_SECONDS)


def _read_part(read: ReadOnce, size: int, until: float) -> Steps[bytes]:
    """Read as much of the body as its size, a deadline and the connection allow."""
    pieces: list[bytes] = []
    while size > 0:
        try:
            data = yield from read(until)
        except MistralClientError:
            break
        if not data:
            break
        pieces.append(data)
        size -= len(data)
    return b"".join(pieces)


def _too_large(pieces: list[bytes], head: Head, max_size: int) -> ResponseValidationError:
    excerpt = b"".join(piece[:EXCERPT] for piece in pieces[:EXCERPT])[:EXCERPT]
    pieces.clear()  # the traceback of the error would keep them
    return ResponseValidationError(
        f"the response is larger than max_response_size ({max_size} bytes);"
        " raise max_response_size on the client if such responses are expected",
        head.raw,
        body=excerpt.decode("utf-8", "replace"),
    )
