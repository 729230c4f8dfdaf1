"""The drivers of a stream, as it sees them: `_io` has those that do the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call.steps import Steps

R = TypeVar("R")


class Driver(Protocol):
    """The part of a driver that both variants have."""

    def abandon(self, report: Callable[[], object] | None = None) -> None:
        """Abandon the connection without waiting, from a finaliser; `report` is called soon."""
        ...


class SyncDriver(Driver, Protocol):
    """Carries out the steps of a call in the caller's thread."""

    def run(self, steps: Steps[R]) -> R:
        """Carry out the steps and return their result."""
        ...

    def close(self) -> None:
        """Return the connection, or close it, from any thread."""
        ...


class AsyncDriver(Driver, Protocol):
    """Carries out the steps of a call on an event loop."""

    async def run(self, steps: Steps[R]) -> R:
        """Carry out the steps and return their result."""
        ...

    async def aclose(self) -> None:
        """Return the connection, or close it, from any task."""
        ...
