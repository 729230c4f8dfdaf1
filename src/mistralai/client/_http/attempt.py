"""The state of one request that a call and a transport share, beside httpx2's objects.

The call passes an `Attempt` as the extension `EXTENSION` of its request. A request without one,
from a program's own use of the transport, gets one made for it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .proxies import Proxy

EXTENSION: Final = "mistralai.attempt"
"""The name of the extension of a request that holds its `Attempt`."""


class Connection(Protocol):
    """A connection as a call sees it."""

    def shut_down(self) -> None:
        """End it from any thread, without waiting: a read that blocks on it returns."""
        ...


class Attempt:
    """One request on its way.

    Attributes:
        on_sent: Called when the request was sent whole; limits of the response start there.
        aborted: Whether it was told to end.
        connection: What carries it; `None` before there is one, and once its response is closed.
        proxy: The environment's proxy that it goes through, or `None`.
        reused: Whether the connection carried a request before.
        received: Whether any byte of a response came.
        unsent: Whether it failed, and the transport knows that nothing of the request was sent.
        postpone: Called with the seconds left for a wait that began again, or `None`.
    """

    __slots__ = (
        "_end",
        "aborted",
        "connection",
        "on_sent",
        "postpone",
        "proxy",
        "received",
        "reused",
        "unsent",
    )

    def __init__(self) -> None:
        self.on_sent: Callable[[], object] = do_nothing
        self.postpone: Callable[[float | None], object] = keep
        self._end: Callable[[], object] = do_nothing
        self.aborted = False
        self.connection: Connection | None = None
        self.proxy: Proxy | None = None
        self.reused = False
        self.received = False
        self.unsent = False

    def abort(self) -> None:
        """End the attempt, from any thread."""
        self.aborted = True
        self._end()
        if self.connection is not None:
            self.connection.shut_down()

    @contextmanager
    def ended_by(self, end: Callable[[], object]) -> Generator[None]:
        """Wait inside; `end` is called, in any thread, if the attempt is aborted, or was before."""
        self._end = end
        if self.aborted:  # looked at after `end` is known
            end()
        try:
            yield
        finally:
            self._end = do_nothing


def do_nothing() -> None:
    """Do nothing: what an attempt calls where nobody waits for it."""


def keep(_: float | None) -> None:
    """Do nothing: the limit of a wait stays where it is."""
