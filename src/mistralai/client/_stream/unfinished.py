"""Streams and scopes that are open as the process ends: their observers are told then.

A finaliser would come too late. Exporters have sent what they had by then, and no thread can begin.
"""

from __future__ import annotations

import atexit
import os
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Unfinished:
    """Streams and scopes that somebody holds, each with a function that tells their observers."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[weakref.ref[Any], Callable[[Any], object]]] = {}
        self._process: int | None = None

    def add(self, owner: T, tell: Callable[[T], object]) -> None:
        """Have observers told of the end of the process.

        Args:
            owner: The stream or scope, which is not kept alive.
            tell: Tells its observers, unless they know its end.
        """
        if self._process != os.getpid():  # at first, and in a child, where those of the parent are
            if self._process is None:
                atexit.register(self._tell)
            self._process = os.getpid()
            self._open = {}
        opened, key = self._open, id(owner)
        opened[key] = (weakref.ref(owner, lambda _: opened.pop(key, None)), tell)

    def _tell(self) -> None:
        if self._process != os.getpid():
            return
        for reference, tell in reversed(list(self._open.values())):  # calls before their scopes
            owner = reference()
            if owner is not None:
                with suppress(Exception):
                    tell(owner)


until_exit = _Unfinished().add
"""Have the observers of a stream or scope told of the end of the process."""
