"""A scope that a caller holds: work that calls belong to, for observers.

Theory of operation. A scope is new until it is entered or made current for the first time, then
open, and ended once `end` was called. Each watcher is told of the end once: it is taken out of a
list before, which several threads can do at the same time. A scope that is no longer referenced
notes the time, and leaves the watchers, who may wait, to the reaper's thread; so does one that ends
as a generator or a coroutine is closed, which the garbage collector may do.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from .._call.observed import UNWATCHED, ObservedScope
from .._call.watching import Around, Observers
from .._hints import resolve_hints
from .._http.reaper import reap
from .unfinished import until_exit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType

    from .._call.observed import AttributeValue, ScopeWatcher

ScopeKind = Literal["internal", "client"]
"""Work of this process, or a request to another."""


class State(Enum):
    """The states of a scope."""

    NEW = "new"
    OPEN = "open"
    ENDED = "ended"


class Scope:
    """Work that calls belong to, from `client.observe`.

    Inside `with scope:` everything that begins belongs to it, and its end is that of the block.
    Work that is done in pieces, with the caller's code between them, puts each piece into
    `with scope.current():` and calls `end`. Threads and tasks may do so at the same time.
    """

    def __init__(self, observers: Observers, scope: ObservedScope) -> None:
        """Keep a scope, which begins when it is used. `client.observe` makes one."""
        self._observers = observers
        self._scope = scope
        self._state = State.NEW
        self._beginning = threading.Lock()
        self._watchers: list[tuple[object, ScopeWatcher]] = []
        self._open: list[tuple[object, ScopeWatcher]] = []  # those that do not know the end yet
        self._entered: list[AbstractContextManager[object]] = []
        self._process: int | None = None

    def current(self) -> AbstractContextManager[object]:
        """Return a context in which what begins belongs to the scope, which begins if it is new."""
        if not self._observers:
            return UNWATCHED
        self._begin()
        return Around(self._observers, self._watchers, "current")

    def note(
        self,
        attributes: Mapping[str, AttributeValue] | None = None,
        *,
        content: Mapping[str, str] | None = None,
    ) -> None:
        """Tell observers what became known of the work.

        Args:
            attributes: Facts, by names such as those of the GenAI conventions.
            content: Prompts, arguments, results: kept only by observers that were asked to.
        """
        if self._observers:
            self._begin()
        for observer, watcher in self._watchers:
            self._observers.tell(observer, watcher, "noted", attributes or {}, content or {})

    @property
    def carrier(self) -> Mapping[str, str]:
        """The `parent` by which a scope of another process belongs to this one.

        A mapping of strings, such as a `traceparent`; empty if nobody observes.
        """
        if self._observers:
            self._begin()
        carrier: dict[str, str] = {}
        for observer, watcher in self._watchers:
            carrier |= self._observers.tell(observer, watcher, "carrier") or {}
        return carrier

    def end(self, error: BaseException | None = None) -> None:
        """End the scope, once; without effect before it began, and in the child of a fork.

        Args:
            error: The exception with which the work ended, if it failed.
        """
        self._state = State.ENDED
        if self._process != os.getpid():
            return
        at = time.time()
        # The collector closes generators and coroutines, perhaps amid an exporter's code.
        if isinstance(sys.exception(), GeneratorExit):
            open_ones, self._open = self._open, []
            reap(partial(_tell_end, self._observers, open_ones, error, at))
        else:
            _tell_end(self._observers, self._open, error, at)

    def __enter__(self) -> Self:
        around = self.current()
        around.__enter__()
        self._entered.append(around)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._entered.pop().__exit__(exc_type, exc, traceback)
        self.end(exc)

    def __del__(self) -> None:
        open_ones = getattr(self, "_open", None)
        if open_ones and self._process == os.getpid():  # the child of a fork only has a copy
            reap(partial(_tell_dropped, self._observers, open_ones, time.time()))

    def _tell_left(self) -> None:
        _tell_dropped(self._observers, self._open, time.time())

    def __repr__(self) -> str:
        return f"<Scope {self._scope.name!r} {self._state.value}>"

    def _begin(self) -> None:
        if self._state is State.NEW:
            with self._beginning:
                if self._state is State.NEW:
                    self._watchers = self._observers.watchers("entered", self._scope)
                    self._open = list(self._watchers)
                    self._process = os.getpid()
                    self._state = State.OPEN
                    if self._open:
                        until_exit(self, Scope._tell_left)


def _tell_end(
    observers: Observers,
    open_ones: list[tuple[object, ScopeWatcher]],
    error: BaseException | None,
    at: float,
) -> None:
    while open_ones:
        try:
            observer, watcher = open_ones.pop()
        except IndexError:  # another thread was faster
            return
        observers.tell(observer, watcher, "ended", error, at)


def _tell_dropped(
    observers: Observers, open_ones: list[tuple[object, ScopeWatcher]], at: float
) -> None:
    for observer, watcher in open_ones:
        observers.tell(observer, watcher, "noted", {"mistralai.end_reason": "dropped"}, {})
    _tell_end(observers, open_ones, None, at)


def scope_of(
    observers: Iterable[object],
    name: str,
    kind: ScopeKind = "internal",
    attributes: Mapping[str, Any] | None = None,
    *,
    content: Mapping[str, str] | None = None,
    parent: Mapping[str, str] | None = None,
) -> Scope:
    """Return a scope, as `client.observe` does.

    Raises:
        TypeError: `name` is not a string.
        ValueError: `name` is empty, or `kind` is none of the two.
    """
    if not isinstance(name, str):
        raise TypeError(f"name takes a string, not {name!r}")
    if not name:
        raise ValueError("name is empty; give the name of the work")
    if kind not in get_args(ScopeKind):
        raise ValueError(f"kind is {kind!r}; give 'internal' or 'client'")
    kept = Observers(observers)
    return Scope(kept, ObservedScope(name, kind, attributes or {}, content or {}, parent))


resolve_hints(__name__)
