"""The observer that makes spans and metrics."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, get_args

from .environment import content_wanted
from .names import Version

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from ..client.observers import CallWatcher, ObservedCall, ObservedScope, ScopeWatcher


class Telemetry:
    """An observer that makes a span and metrics of each call, for `Mistral(telemetry=...)`.

    One of them may be given to several clients.

    Args:
        tracer_provider: Where spans go. By default the global provider, also if it is set later.
        meter_provider: Where metrics go. By default the global provider, also if it is set later.
        content: Whether spans have prompts, answers and the definitions of tools. By default
            what the environment variable OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT
            says: `true`, `SPAN_ONLY` and `SPAN_AND_EVENT` mean yes.
        names: `"released"`, the names of the last release of the conventions (default), or
            `"latest"`, those of their main branch, which change.
        per_chunk: Whether to record the times between the chunks of a stream, after its end: all
            of them up to 256, of more 256 that are spread evenly.

    Raises:
        ImportError: opentelemetry-api is not installed.
        TypeError: An argument has the wrong type.
        ValueError: `names` is none of the two.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        content: bool | None = None,
        names: Version = "released",
        per_chunk: bool = False,
    ) -> None:
        _check_provider("tracer_provider", tracer_provider, "get_tracer")
        _check_provider("meter_provider", meter_provider, "get_meter")
        if content is not None:
            _check_flag("content", content)
        _check_flag("per_chunk", per_chunk)
        if names not in get_args(Version):
            raise ValueError(f"names is {names!r}; give 'released' or 'latest'")
        if content is None:
            content = content_wanted(os.environ)
        self._shown = f"content={content}, names={names!r}, per_chunk={per_chunk}"
        tracing = _import_tracing()
        self._tracing = tracing.Tracing(
            tracer_provider, meter_provider, content=content, version=names, per_chunk=per_chunk
        )

    @property
    def idle(self) -> bool:
        """True if the providers keep nothing, and never will: those that do nothing."""
        idle: bool = self._tracing.idle
        return idle

    def begun(self, call: ObservedCall) -> CallWatcher | None:
        """Begin the span of a call; return `None` where the providers keep nothing of it."""
        watcher: CallWatcher | None = self._tracing.begun(call)
        return watcher

    def entered(self, scope: ObservedScope) -> ScopeWatcher:
        """Begin the span of a scope, such as a run with tools."""
        watcher: ScopeWatcher = self._tracing.entered(scope)
        return watcher

    def __repr__(self) -> str:
        return f"Telemetry({self._shown})"


def _import_tracing() -> Any:
    try:
        from . import tracing
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "opentelemetry":
            raise
        raise ImportError(
            "telemetry needs the package opentelemetry-api: pip install 'mistralai[otel]'",
            name=error.name,
        ) from error
    return tracing


def _check_provider(name: str, provider: object, method: str) -> None:
    if provider is None:
        return
    if isinstance(provider, type) or not callable(getattr(provider, method, None)):
        raise TypeError(f"{name} takes an object with a method {method}, not {provider!r}")


def _check_flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name} takes True or False, not {value!r}")
