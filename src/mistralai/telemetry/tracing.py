"""Spans and metrics by the API of OpenTelemetry; imported when a `Telemetry` is made.

Theory of operation. A span begins in the context of the caller, whose span is its parent, and ends
with the time that the outcome has. It is current only while a request is sent, in `Current`, so
that the spans of an HTTP instrumentation belong to it and those of the caller's code do not.
Metrics are recorded whether or not a sampler took the span. An exception here, such as that of a
processor, does not reach the caller, because the client logs it; the span is ended all the same.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

from opentelemetry import baggage, context, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.metrics import NoOpMeter, get_meter
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ..client import __version__
from ..client.observers import CallWatcher, ScopeWatcher
from . import names
from .attributes import span_name, start_attributes
from .content import input_content, output_content
from .endings import ending_of, retry_attributes
from .measures import Beginning, Measurement, measurements, scope_measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.context import Context
    from opentelemetry.metrics import Meter, MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from ..client.errors import MistralClientError
    from ..client.observers import AttributeValue, ObservedCall, ObservedScope, Outcome
    from .endings import Ending
    from .names import Version

_CARRIED: Final = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])
_KINDS: Final = {"internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT}


class Tracing:
    """Makes the spans and metrics of calls and scopes.

    Attributes:
        content: Whether spans have prompts and answers.
        idle: True if neither spans nor metrics are kept, and never will be.
        metrics: The metrics, or `None` if their provider keeps none.
        per_chunk: Whether the times between chunks are recorded.
        version: Which names are used.
    """

    __slots__ = ("_tracer", "content", "idle", "metrics", "per_chunk", "version")

    def __init__(
        self,
        tracer_provider: TracerProvider | None,
        meter_provider: MeterProvider | None,
        *,
        content: bool,
        version: Version,
        per_chunk: bool,
    ) -> None:
        self._tracer = trace.get_tracer("mistralai", __version__, tracer_provider)
        meter = get_meter("mistralai", __version__, meter_provider)
        self.metrics = None if isinstance(meter, NoOpMeter) else Metrics(meter, version)
        self.idle = self.metrics is None and isinstance(self._tracer, trace.NoOpTracer)
        self.content = content
        self.version: Version = version
        self.per_chunk = per_chunk

    def begun(self, call: ObservedCall) -> TracedCall | None:
        """Begin the span of a call; return `None` where the providers keep nothing of it."""
        attributes = start_attributes(call, self.version)
        began = Beginning()
        span = self._tracer.start_span(
            span_name(call), kind=SpanKind.CLIENT, attributes=attributes, start_time=began.at
        )
        if span is trace.INVALID_SPAN and self.metrics is None:
            return None
        if self.content and span.is_recording():
            _add_content(span, lambda: input_content(call))
        return TracedCall(self, call, span, attributes, began)

    def entered(self, scope: ObservedScope) -> TracedScope:
        """Begin the span of a scope; its parent may be in another process."""
        parent = None if scope.parent is None else _CARRIED.extract(scope.parent)
        began = Beginning()
        span = self._tracer.start_span(
            scope.name,
            parent,
            kind=_KINDS[scope.kind],
            attributes=dict(scope.attributes),
            start_time=began.at,
        )
        traced = TracedScope(self, scope, span, began, baggage.get_all(parent) if parent else {})
        traced.noted({}, scope.content)
        return traced


def _add_content(span: Span, read: Callable[[], Mapping[str, str]]) -> None:
    """Add content to a span. What cannot be told as JSON is left out, and not the span with it."""
    with suppress(Exception):
        span.set_attributes(read())


class TracedCall(CallWatcher):
    """The span of a call."""

    __slots__ = ("_attributes", "_began", "_call", "_span", "_tracing")

    def __init__(
        self,
        tracing: Tracing,
        call: ObservedCall,
        span: Span,
        attributes: Mapping[str, AttributeValue],
        began: Beginning,
    ) -> None:
        self._tracing = tracing
        self._call = call
        self._span = span
        self._attributes = attributes
        self._began = began

    def sending(self) -> AbstractContextManager[object]:
        """Make the span current."""
        return Current(self._span)

    def retried(self, attempt: Any, error: MistralClientError) -> None:
        """Note a retry as an event."""
        if self._span.is_recording():
            self._span.add_event(names.RETRY_EVENT, retry_attributes(attempt, error))

    def ended(self, outcome: Outcome) -> None:
        """Record the metrics, and end the span."""
        ended = max(self._began.at, int(outcome.ended_at * 1e9))
        metrics = self._tracing.metrics
        try:
            ending = ending_of(self._call, outcome)
            if self._span.is_recording():
                self._describe(outcome, ending)
            if metrics is not None:
                seconds = outcome.timing.total
                if seconds is None:  # the process ends, and the call has not
                    seconds = self._began.seconds_to(outcome.ended_at)
                self._measure(metrics, outcome, ending, seconds)
        finally:
            self._span.end(ended)

    def _describe(self, outcome: Outcome, ending: Ending) -> None:
        self._span.set_attributes(ending.attributes)
        if ending.error_type is not None:
            self._span.set_status(Status(StatusCode.ERROR, ending.description))
        if self._tracing.content:
            _add_content(self._span, lambda: output_content(outcome, self._tracing.version))

    def _measure(self, metrics: Metrics, outcome: Outcome, ending: Ending, seconds: float) -> None:
        measured = measurements(
            self._call,
            outcome,
            ending,
            self._attributes,
            seconds=seconds,
            version=self._tracing.version,
            per_chunk=self._tracing.per_chunk,
        )
        metrics.record(measured, trace.set_span_in_context(self._span))


class TracedScope(ScopeWatcher):
    """The span of a scope."""

    __slots__ = ("_baggage", "_began", "_error_type", "_scope", "_span", "_tracing")

    def __init__(
        self,
        tracing: Tracing,
        scope: ObservedScope,
        span: Span,
        began: Beginning,
        carried: Mapping[str, object],
    ) -> None:
        self._tracing = tracing
        self._scope = scope
        self._span = span
        self._began = began
        self._baggage = carried
        self._error_type: str | None = None

    def current(self) -> AbstractContextManager[object]:
        """Make the span current, and the baggage that came with its parent."""
        return Current(self._span, self._baggage)

    def noted(self, attributes: Mapping[str, AttributeValue], content: Mapping[str, str]) -> None:
        """Set attributes; those with content only if they are wanted."""
        if names.ERROR_TYPE in attributes:
            self._error_type = str(attributes[names.ERROR_TYPE])
        if self._span.is_recording():
            self._span.set_attributes(attributes)
            if self._tracing.content:
                self._span.set_attributes(content)

    def carrier(self) -> Mapping[str, str]:
        """Return the headers of W3C's trace context and baggage."""
        carrier: dict[str, str] = {}
        _CARRIED.inject(carrier, trace.set_span_in_context(self._span))
        return carrier

    def ended(self, error: BaseException | None, ended_at: float) -> None:
        """End the span: ERROR if the work failed, and not if it was cancelled."""
        ended = max(self._began.at, int(ended_at * 1e9))
        if isinstance(error, Exception):
            self._error_type = type(error).__name__
            self._span.set_attribute(names.ERROR_TYPE, self._error_type)
        try:
            if self._error_type is not None:
                self._span.set_status(Status(StatusCode.ERROR, "the work failed"))
            if self._tracing.metrics is not None and self._tracing.version == "latest":
                self._measure(self._tracing.metrics, self._began.seconds_to(ended_at))
        finally:
            self._span.end(ended)

    def _measure(self, metrics: Metrics, seconds: float) -> None:
        measurement = scope_measurement(self._scope, seconds=seconds, error_type=self._error_type)
        if measurement is not None:
            metrics.record([measurement], trace.set_span_in_context(self._span))


class Current:
    """A context in which a span is current.

    It may be left in another context, as when a coroutine is closed by the garbage collector: then
    there is nothing to restore.
    """

    __slots__ = ("_baggage", "_outer", "_span")

    def __init__(self, span: Span, carried: Mapping[str, object] | None = None) -> None:
        self._span = span
        self._baggage = carried or {}
        self._outer: Context | None = None

    def __enter__(self) -> Self:
        self._outer = context.get_current()
        inner = trace.set_span_in_context(self._span, self._outer)
        for name, value in self._baggage.items():
            inner = baggage.set_baggage(name, value, inner)
        context.attach(inner)
        return self

    def __exit__(self, *exc: object) -> None:
        # `detach` logs an error in another context.
        if self._outer is not None and trace.get_current_span() is self._span:
            context.attach(self._outer)


class Metrics:
    """The instruments of one version of the names."""

    __slots__ = ("_record",)

    def __init__(self, meter: Meter, version: Version) -> None:
        self._record: dict[names.Name, Callable[..., None]] = {}
        made: dict[str, Callable[..., None]] = {}  # several measures may have one instrument
        for instrument in names.INSTRUMENTS:
            name = instrument.name.of(version)
            if name is None:
                continue
            if name not in made:
                made[name] = _made(meter, name, instrument)
            self._record[instrument.name] = made[name]

    def record(self, measured: Iterable[Measurement], around: Context) -> None:
        """Record values.

        Args:
            measured: The values.
            around: The context that has the span, for exemplars.
        """
        for name, value, attributes in measured:
            self._record[name](value, attributes, around)


def _made(meter: Meter, name: str, instrument: names.Instrument) -> Callable[..., None]:
    if instrument.buckets is None:
        return meter.create_counter(name, instrument.unit, instrument.description).add
    histogram = meter.create_histogram(
        name,
        instrument.unit,
        instrument.description,
        explicit_bucket_boundaries_advisory=instrument.buckets,
    )
    return histogram.record
