"""Tracebacks without the frames that hold a request, and so the key."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from .._call.failure import causes

_HOLD_REQUESTS: Final = ("httpx2", "httpcore2", "h11", "httpx", "httpcore")
"""Packages whose frames have the request, and so the key, among their locals."""

_OURS: Final = __name__.partition(".")[0]


def forget_requests(
    error: BaseException | None, handled: BaseException | None, *, ours_alone: bool = False
) -> None:
    """Drop the frames that hold a request: rendered with locals they would show the key.

    Args:
        error: The exception, with its causes.
        handled: The exception that the caller was handling when it called: not ours to change.
        ours_alone: Whether to keep only frames of this package, because the client may be any.
    """
    for each in causes(error, handled):
        each.__traceback__ = _without_requests(each.__traceback__, ours_alone=ours_alone)


def _without_requests(traceback: TracebackType | None, *, ours_alone: bool) -> TracebackType | None:
    """Return a traceback without the frames that hold requests."""
    frames: list[TracebackType] = []
    while traceback is not None:
        package = traceback.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package == _OURS if ours_alone else package not in _HOLD_REQUESTS:
            frames.append(traceback)
        traceback = traceback.tb_next
    kept: TracebackType | None = None
    for each in reversed(frames):
        kept = TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept
