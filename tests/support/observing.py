"""An observer that writes down what it is told, and which scope or call was the current one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from mistralai.client.observers import (
    CallWatcher,
    ObservedCall,
    ObservedScope,
    Outcome,
    ScopeWatcher,
)

_current: ContextVar["Seen | None"] = ContextVar("_current", default=None)


@dataclass(eq=False)
class Seen:
    """A call or a scope.

    Attributes:
        subject: What its observer was given.
        parent: What it began in.
        told: What its watcher was told, in order.
        outcomes: The outcomes of a call; the errors with which a scope ended.
        attributes: Those of a scope, with those that were noted.
        content: The same of its content.
        over: Set with the end.
    """

    subject: ObservedCall | ObservedScope
    parent: "Seen | None"
    told: list[str] = field(default_factory=list)
    outcomes: list[Any] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        """The name of a scope, the operation of a call."""
        return str(getattr(self.subject, "name", None) or getattr(self.subject, "operation", None))

    @property
    def outcome(self) -> Any:
        """Wait for the end, and give the one outcome."""
        assert self.over.wait(10), f"{self.name} has no end"
        [outcome] = self.outcomes
        return outcome

    @contextmanager
    def made_current(self) -> Iterator[None]:
        """Make it the one in which others begin."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


class _Call(CallWatcher):
    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def sending(self) -> Any:
        self._seen.told.append("sending")
        return self._seen.made_current()

    def headers(self, status: int, headers: Any) -> None:
        self._seen.told.append(f"headers {status}")
        assert headers["content-type"]

    def first_chunk(self) -> None:
        self._seen.told.append("first chunk")

    def retried(self, attempt: Any, error: Any) -> None:
        self._seen.told.append(f"retried after {type(error).__name__} {attempt.status}")

    def ended(self, outcome: Outcome) -> None:
        self._seen.told.append(f"ended {outcome.end_reason}")
        self._seen.outcomes.append(outcome)
        self._seen.over.set()


class _Scope(ScopeWatcher):
    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def current(self) -> Any:
        return self._seen.made_current()

    def noted(self, attributes: Any, content: Any) -> None:
        self._seen.attributes |= attributes
        self._seen.content |= content

    def carrier(self) -> dict[str, str]:
        return {"scope": self._seen.name}

    def ended(self, error: BaseException | None, ended_at: float) -> None:
        assert ended_at > 0
        self._seen.outcomes.append(error)
        self._seen.over.set()


class Recorder:
    """Writes down every call and scope.

    Attributes:
        seen: All of them, in the order in which they began.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []

    def begun(self, call: ObservedCall) -> CallWatcher:
        return _Call(self._add(call))

    def entered(self, scope: ObservedScope) -> ScopeWatcher:
        seen = self._add(scope)
        seen.attributes, seen.content = dict(scope.attributes), dict(scope.content)
        return _Scope(seen)

    def _add(self, subject: ObservedCall | ObservedScope) -> Seen:
        self.seen.append(Seen(subject, current()))
        return self.seen[-1]

    @property
    def only(self) -> Seen:
        """The one call or scope."""
        [seen] = self.seen
        return seen

    @property
    def root(self) -> Seen:
        """The one call or scope that did not begin in another."""
        [root] = [seen for seen in self.seen if seen.parent is None]
        return root

    def tree(self, parent: Seen | None = None) -> list[Any]:
        """The names of all, each followed by a list of those that began in it, if any did."""
        found: list[Any] = []
        for seen in self.seen:
            if seen.parent is parent:
                found.append(seen.name)
                below = self.tree(seen)
                if below:
                    found.append(below)
        return found


def here() -> str | None:
    """The name of the call or scope in which something would begin now."""
    seen = current()
    return None if seen is None else seen.name


def current() -> Seen | None:
    """The call or scope in which something would begin now."""
    return _current.get()
