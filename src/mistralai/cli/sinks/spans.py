"""Calls and scopes as trees of spans, for `--trace`: an observer without OpenTelemetry.

    invoke_agent  1.84 s
    │   gen_ai.request.model=mistral-large-latest
    ├─ chat mistral-large-latest  920 ms
    │      gen_ai.response.finish_reasons=tool_calls
    ├─ execute_tool weather  2 ms  ERROR ValueError
    └─ chat mistral-large-latest  910 ms

Names and attributes are those of `mistralai.telemetry`, without content.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ...client.observers import CallWatcher, ScopeWatcher
from ...telemetry.attributes import span_name, start_attributes
from ...telemetry.endings import ending_of
from ..escapes import one_line
from .stats import duration

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from ...client import Mistral
    from ...client._call.retry import Attempt
    from ...client.errors import MistralClientError
    from ...client.observers import ObservedCall, ObservedScope, Outcome


@dataclass(slots=True)
class Span:
    """A call or a scope.

    Attributes:
        name: Its name.
        attributes: Its attributes so far.
        began: When it began, in seconds since the epoch.
        ended: When it ended; `None` while it runs.
        error: The class of the error with which it ended.
        retries: A line for each attempt that was followed by another.
        children: The spans that began in it.
    """

    name: str
    attributes: dict[str, Any]
    began: float = field(default_factory=time.time)
    ended: float | None = None
    error: str | None = None
    retries: list[str] = field(default_factory=list[str])
    children: list[Span] = field(default_factory=list["Span"])


class Tracer:
    """Keeps spans until they are shown."""

    def __init__(self) -> None:
        self._current: ContextVar[Span | None] = ContextVar("span", default=None)
        self._roots: list[Span] = []

    def observe(self, client: Mistral) -> None:
        """Become an observer of a client."""
        config = client.sdk_configuration
        config.observers = (*config.observers, self)

    def begun(self, call: ObservedCall) -> CallWatcher:
        """Note that a call begins."""
        return _Call(self._begin(Span(span_name(call), start_attributes(call))), call)

    def entered(self, scope: ObservedScope) -> ScopeWatcher:
        """Note that a scope begins."""
        return _Scope(self._begin(Span(scope.name, dict(scope.attributes))), self._current)

    def ended(self) -> Iterator[Span]:
        """Yield the trees that have ended, once each."""
        running: list[Span] = []
        while self._roots:
            root = self._roots.pop(0)
            if root.ended is None:
                running.append(root)
            else:
                yield root
        self._roots += running

    def _begin(self, span: Span) -> Span:
        parent = self._current.get()
        (self._roots if parent is None else parent.children).append(span)
        return span


class _Call(CallWatcher):
    def __init__(self, span: Span, call: ObservedCall) -> None:
        self._span = span
        self._call = call

    def retried(self, attempt: Attempt, error: MistralClientError) -> None:
        status = "no answer" if attempt.status is None else f"status {attempt.status}"
        delay = duration(attempt.delay)
        self._span.retries.append(f"{type(error).__name__}, {status}; again after {delay}")

    def ended(self, outcome: Outcome) -> None:
        ending = ending_of(self._call, outcome)
        self._span.attributes |= ending.attributes
        self._span.error = ending.error_type
        self._span.ended = outcome.ended_at


class _Scope(ScopeWatcher):
    def __init__(self, span: Span, current: ContextVar[Span | None]) -> None:
        self._span = span
        self._current = current

    @contextmanager
    def current(self) -> Generator[None]:
        token = self._current.set(self._span)
        try:
            yield
        finally:
            self._current.reset(token)

    def noted(self, attributes: Mapping[str, Any], content: Mapping[str, str]) -> None:  # noqa: ARG002 - content is not shown
        self._span.attributes |= attributes

    def ended(self, error: BaseException | None, ended_at: float) -> None:
        if error is not None:
            self._span.attributes["error.type"] = self._span.error = type(error).__name__
        self._span.ended = ended_at


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, cast("Sequence[object]", value)))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def lines_of(span: Span, first: str = "", others: str = "") -> Iterator[str]:
    """Yield a tree, line by line.

    Args:
        span: Its root.
        first: What precedes the first line.
        others: What precedes all others.
    """
    yield f"{first}{_headline(span)}"
    bar = "│" if span.children else " "
    for name, value in span.attributes.items():
        yield f"{others}{bar}   {one_line(f'{name}={_shown(value)}')}"
    for retry in span.retries:
        yield f"{others}{bar}   {retry}"
    for child in span.children:
        if child is span.children[-1]:
            yield from lines_of(child, f"{others}└─ ", f"{others}   ")
        else:
            yield from lines_of(child, f"{others}├─ ", f"{others}│  ")


def _headline(span: Span) -> str:
    took = "unfinished" if span.ended is None else duration(max(0.0, span.ended - span.began))
    parts = [one_line(span.name), took]
    if span.error is not None:
        parts.append(f"ERROR {span.error}")
    return "  ".join(parts)
