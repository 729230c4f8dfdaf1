"""Objects kept per event loop, which end with it.

A connection belongs to the loop that opened it. When a loop ends, its connections are closed
in it: by an async generator that is left suspended, which asyncio and trio both finish before
the loop goes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

V = TypeVar("V")


def running_loop() -> Any:
    """Return the loop that runs, or the token of trio's run: what lives as long as connections may.

    trio may run as a guest of asyncio, so it is asked first. anyio's `current_token` says the same
    by a longer way. Neither is imported: where its loop runs, it is loaded.

    Raises:
        RuntimeError: No loop runs.
    """
    trio: Any = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return trio.lowlevel.current_trio_token()
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is None:
        raise RuntimeError("no event loop runs here")
    return asyncio.get_running_loop()


class PerLoop(Generic[V]):
    """One value for each event loop."""

    def __init__(self, make: Callable[[], V], end: Callable[[V], Awaitable[object]]) -> None:
        """Keep values.

        Args:
            make: Makes the value of the running loop.
            end: Closes it, in its loop.
        """
        self._make = make
        self._end = end
        self._kept: WeakKeyDictionary[Any, _Kept[V]] = WeakKeyDictionary()

    async def get(self) -> V:
        """Return the value of the running loop, made when it is first asked for."""
        loop = running_loop()
        kept = self._kept.get(loop)
        if kept is None:
            kept = self._kept[loop] = _Kept(self._make(), self._end)
            await kept.begin()
        return kept.value

    async def end(self) -> None:
        """Close the value of the running loop, if there is one."""
        kept = self._kept.pop(running_loop(), None)
        if kept is not None:
            await kept.end()

    def set_aside(self) -> object:
        """Forget all values without touching them, and return what holds them."""
        kept, self._kept = self._kept, WeakKeyDictionary()
        return list(kept.items())


class _Kept(Generic[V]):
    """The value of one loop, and the generator that waits for the loop's end."""

    def __init__(self, value: V, end: Callable[[V], Awaitable[object]]) -> None:
        self.value = value
        self._close = end
        self._guard: AsyncGenerator[None] | None = self._until_the_end()

    async def begin(self) -> None:
        assert self._guard is not None
        await anext(self._guard)

    async def end(self) -> None:
        if self._guard is not None:
            await self._guard.aclose()

    async def _until_the_end(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._guard = None  # it knows its loop, which would be kept forever
            await self._close(self.value)
