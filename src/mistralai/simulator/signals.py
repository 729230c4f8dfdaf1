"""Events that tests and the server wait for, across threads."""

import asyncio
import threading
from typing import Final

DEFAULT_WAIT: Final = 10.0
"""Seconds that `Signal.wait` waits by default."""


class Signal:
    """An event that happens once, visible from any thread.

    Args:
        what: The event in words, for the message of a `TimeoutError`.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._event = threading.Event()

    def __repr__(self) -> str:
        return f"<Signal {self._what!r}: {'happened' if self.is_set() else 'not yet'}>"

    def is_set(self) -> bool:
        """Return True once the event has happened."""
        return self._event.is_set()

    def set(self) -> None:
        """Mark the event as happened. A second call does nothing."""
        self._event.set()

    def wait(self, timeout: float = DEFAULT_WAIT) -> None:
        """Block this thread until the event has happened.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            TimeoutError: The event did not happen in time.
        """
        if not self._event.wait(timeout):
            raise TimeoutError(f"timed out after {timeout} s waiting for {self._what}")

    async def wait_async(self, timeout: float = DEFAULT_WAIT) -> None:
        """Wait until the event has happened, from asyncio or trio.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            TimeoutError: The event did not happen in time.
        """
        from anyio import to_thread

        await to_thread.run_sync(self.wait, timeout, abandon_on_cancel=True)


class Gate:
    r"""A step of an answer at which the server waits until a test opens the gate.

    Several answers may share a gate: once open, it lets all of them pass.

    Example:
        >>> gate = Gate()
        >>> answer = [b"data: 1\n\n", gate, b"data: 2\n\n"]
        >>> gate.open()
    """

    def __init__(self) -> None:
        self.reached = Signal("the server at the gate")
        """Happens when an answer reaches this gate; everything before it has been sent."""
        self._lock = threading.Lock()
        self._open = False
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def is_open(self) -> bool:
        """True once answers pass without waiting."""
        return self._open

    def open(self) -> None:
        """Let every answer pass, now and later. Safe from any thread."""
        with self._lock:
            self._open = True
            waiting = list(self._waiting)
        for future in waiting:
            future.get_loop().call_soon_threadsafe(_resolve, future)

    async def passed(self) -> None:
        """Wait, on the server's loop, until the gate is open."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.add(future)
            is_open = self._open
        self.reached.set()
        try:
            if not is_open:
                await future
        finally:
            with self._lock:
                self._waiting.discard(future)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
