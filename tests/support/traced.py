"""Telemetry whose spans and metrics a test reads."""

import json
from queue import SimpleQueue
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import Sampler

from mistralai.client.observers import CallWatcher, ObservedCall, Outcome
from mistralai.telemetry import Telemetry


class Collected(SpanProcessor):
    """The spans that ended, in that order."""

    def __init__(self) -> None:
        self._ended = SimpleQueue[ReadableSpan]()
        self.begun = 0

    def on_start(self, span: Any, parent_context: Any = None) -> None:  # noqa: ARG002 - the SDK's
        self.begun += 1

    def on_end(self, span: ReadableSpan) -> None:
        self._ended.put(span)

    def next(self) -> ReadableSpan:
        """Take the next one, which may still be on its way: of a dropped stream it ends later."""
        return self._ended.get(timeout=30)

    def all(self) -> list[ReadableSpan]:
        """Take those that ended."""
        return [self._ended.get() for _ in range(self._ended.qsize())]


class Traced:
    """Telemetry, and what it told.

    Attributes:
        telemetry: The observer.
        tracer: Makes spans beside it.
        spans: Its spans.
        outcomes: The outcomes of the calls, if it is an observer as well.
    """

    def __init__(
        self, *processors: SpanProcessor, sampler: Sampler | None = None, **settings: Any
    ) -> None:
        self.spans = Collected()
        self._tracers = TracerProvider(sampler, shutdown_on_exit=False)
        for processor in (*processors, self.spans):
            self._tracers.add_span_processor(processor)
        self._reader = InMemoryMetricReader()
        self._meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.telemetry = Telemetry(
            **{"tracer_provider": self._tracers, "meter_provider": self._meters, **settings}
        )
        self.tracer = self._tracers.get_tracer("of a test")

    def metrics(self) -> dict[str, list[Any]]:
        """Return the points of each metric that was told something."""
        data = self._reader.get_metrics_data()
        if data is None:
            return {}
        return {
            metric.name: list(metric.data.data_points)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


class Ends:
    """An observer that keeps how calls ended."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def begun(self, _: ObservedCall) -> CallWatcher:
        ends = self

        class Watcher(CallWatcher):
            def ended(self, outcome: Outcome) -> None:
                ends.outcomes.append(outcome)

        return Watcher()


def told(span: ReadableSpan) -> str:
    """Return all that an exporter may write of a span."""
    events = [(event.name, dict(event.attributes or {})) for event in span.events]
    return json.dumps([span.name, dict(span.attributes or {}), span.status.description, events])
