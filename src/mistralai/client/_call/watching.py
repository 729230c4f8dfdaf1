"""Observers, told of calls: what one of them raises is logged once, and goes no further."""

from __future__ import annotations

import os
import sys
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Self

from .observed import UNWATCHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from ..errors import MistralClientError
    from .observed import CallWatcher, ObservedCall, Outcome
    from .retry import Attempt


class Observers(tuple[object, ...]):  # noqa: SLOT001 - a tuple with slots would have no other field
    """The observers of a client, in the order in which they are told."""

    _failed: set[int]

    def __new__(cls, observers: Iterable[object] = ()) -> Self:
        """Keep them, once each has been looked at; observers that are kept stay the same object.

        Raises:
            TypeError: One of them observes neither calls nor scopes.
        """
        if isinstance(observers, cls):
            return observers
        made = super().__new__(cls, observers)
        made._failed = set()
        for each in made:
            if isinstance(each, type) or not (_method(each, "begun") or _method(each, "entered")):
                raise TypeError(
                    "observers takes objects with a method begun(call) or entered(scope),"
                    f" not {each!r}"
                )
        return made

    def watchers(self, method: str, subject: object) -> list[tuple[object, Any]]:
        """Return the watchers of a call or a scope, each with its observer.

        Args:
            method: `"begun"` or `"entered"`.
            subject: The call or the scope.
        """
        found: list[tuple[object, Any]] = []
        for each in self:
            watcher = self.tell(each, each, method, subject)
            if watcher is not None:
                found.append((each, watcher))
        return found

    def tell(self, observer: object, listener: object, method: str, *args: object) -> Any:
        """Return what a method returns; `None` if it raises, is `async`, or there is none.

        Args:
            observer: One of the observers.
            listener: The observer, or one of its watchers or their contexts.
            method: The name of a method.
            args: What it is given.
        """
        try:
            tell = getattr(listener, method, None)
            return None if tell is None else _plain(tell(*args), listener, method)
        except Exception:
            if id(observer) not in self._failed:
                import logging  # rarely needed

                self._failed.add(id(observer))
                logging.getLogger("mistralai").warning(
                    "%s, an observer of calls, raised an exception; further ones are not logged",
                    type(observer).__name__,
                    exc_info=True,
                )
            return None


def _method(observer: object, name: str) -> Callable[..., Any] | None:
    method = getattr(observer, name, None)
    return method if callable(method) else None


def _plain(told: Any, listener: object, method: str) -> Any:
    """Return what a method returned, unless it is a coroutine, which nobody would await."""
    if type(told) is CoroutineType:  # `isinstance` might run code of the observer
        told.close()  # Python warns of one that was never awaited
        raise TypeError(
            f"{type(listener).__name__}.{method} is an `async def`, and was not run; the methods "
            "of observers are plain functions"
        )
    return told


class Around:
    """The contexts of several watchers as one, which keeps their exceptions away."""

    __slots__ = ("_contexts", "_entered", "_observers")

    def __init__(
        self, observers: Observers, watchers: Iterable[tuple[object, object]], method: str
    ) -> None:
        """Ask for the contexts, to be entered.

        Args:
            observers: The observers.
            watchers: Their watchers, each with its observer.
            method: The name of the method that gives a context.
        """
        self._observers = observers
        self._contexts = [(each, observers.tell(each, w, method)) for each, w in watchers]
        self._entered: list[tuple[object, object]] = []

    def __enter__(self) -> None:
        for observer, context in self._contexts:
            self._observers.tell(observer, context, "__enter__")
            self._entered.append((observer, context))

    def __exit__(self, *exc: object) -> None:
        while self._entered:
            observer, context = self._entered.pop()
            self._observers.tell(observer, context, "__exit__", *exc)


class Watch:
    """The watchers of one call."""

    __slots__ = ("_call", "_later", "_observers", "_open", "_process", "_watchers")

    def __init__(
        self,
        observers: Observers,
        call: ObservedCall,
        later: Callable[[Callable[[], object]], object],
    ) -> None:
        """Watch a call, once it begins.

        Args:
            observers: The observers of its client.
            call: The call.
            later: Has something done soon, where nothing may wait.
        """
        self._call = call
        self._later = later
        self._observers = observers
        self._watchers: list[tuple[object, CallWatcher]] | None = None
        self._open: list[tuple[object, CallWatcher]] = []  # those that do not know the end yet
        self._process: int | None = None

    @property
    def open(self) -> bool:
        """True from the beginning of the call until each watcher knows its end.

        The child of a fork only has copies of the watchers, and nothing to tell them.
        """
        return bool(self._open) and self._process == os.getpid()

    def sending(self) -> AbstractContextManager[object]:
        """Return a context for the sending of a request; with the first one the call begins."""
        if self._watchers is None:
            self._watchers = self._observers.watchers("begun", self._call)
            self._open = list(self._watchers)
            self._process = os.getpid()
        if not self._watchers:
            return UNWATCHED
        return Around(self._observers, self._watchers, "sending")

    def headers(self, status: int, headers: Mapping[str, str]) -> None:
        """Tell the status and headers of a response."""
        for observer, watcher in self._watchers or ():
            self._observers.tell(observer, watcher, "headers", status, headers)

    def first_chunk(self) -> None:
        """Tell the first event of an attempt."""
        for observer, watcher in self._watchers or ():
            self._observers.tell(observer, watcher, "first_chunk")

    def retried(self, attempt: Attempt, error: MistralClientError) -> None:
        """Tell that an attempt failed and is followed by another."""
        for observer, watcher in self._watchers or ():
            self._observers.tell(observer, watcher, "retried", attempt, error)

    def end(self, outcome: Outcome) -> None:
        """Tell the end of the call. Each watcher learns of it once, whichever threads call this.

        Where a generator or a coroutine is being closed another thread does it: the collector may
        close it amid the code of an exporter, whose lock a watcher would wait for in vain.
        """
        if isinstance(sys.exception(), GeneratorExit):
            open_ones, self._open = self._open, []
            self._later(partial(self._end, open_ones, outcome))
        else:
            self._end(self._open, outcome)

    def _end(self, open_ones: list[tuple[object, CallWatcher]], outcome: Outcome) -> None:
        while open_ones:
            try:
                observer, watcher = open_ones.pop()
            except IndexError:  # another thread was faster
                return
            self._observers.tell(observer, watcher, "ended", outcome)
