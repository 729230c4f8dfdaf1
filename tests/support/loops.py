"""What an event loop is asked to do, counted."""

import asyncio
from typing import Any


class CountingLoop:
    """A loop, which notes the moments of the timers that are set."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.timers: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def call_at(self, when: float, *call: Any) -> Any:
        self.timers.append(when)
        return self._loop.call_at(when, *call)
