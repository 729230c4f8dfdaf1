"""The state of one request that a call and a transport share, beside httpx2's objects.

The call passes an `Attempt` as the extension `EXTENSION` of its request. A request without one,
from a program's own use of the transport, gets one made for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

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
        on_abort: Called when the attempt is to end before there is a connection.
        aborted: Whether it was told to end.
        connection: What carries it; `None` before there is one, and once its response is closed.
        reused: Whether the connection carried a request before.
        received: Whether any byte of a response came.
    """

    __slots__ = ("aborted", "connection", "on_abort", "on_sent", "received", "reused")

    def __init__(self) -> None:
        self.on_sent: Callable[[], object] = do_nothing
        self.on_abort: Callable[[], object] = do_nothing
        self.aborted = False
        self.connection: Connection | None = None
        self.reused = False
        self.received = False

    def abort(self) -> None:
        """End the attempt, from any thread."""
        self.aborted = True
        self.on_abort()
        if self.connection is not None:
            self.connection.shut_down()


def do_nothing() -> None:
    """Do nothing: what an attempt calls where nobody waits for it."""
