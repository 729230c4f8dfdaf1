"""The connections of a parent process in its child.

It shares them: to shut one down would end the parent's stream, and to send over one would mix
two requests. So the child sets them aside without touching them, and opens its own.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class SetsAside(Protocol):
    """Something that holds connections."""

    def set_aside(self) -> object:
        """Forget the connections without touching them, and return what holds them."""
        ...


_holders: WeakSet[SetsAside] = WeakSet()
_of_the_parent: list[object] = []
"""Kept forever: to close them would be to touch them."""

watch = _holders.add
"""Have a holder of connections set them aside in a child process."""


def _after_fork() -> None:
    _of_the_parent.extend([holder.set_aside() for holder in _holders])


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
