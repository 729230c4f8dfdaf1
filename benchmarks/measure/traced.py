"""Streams with and without telemetry, side by side in one process."""

import gc

from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import NoOpTracerProvider, SpanKind, set_span_in_context

from .spent import spending

SHARED = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "mistral_ai",
    "gen_ai.request.model": "mistral-large-latest",
    "server.address": "127.0.0.1",
    "server.port": 8000,
}
"""The attributes of a call that its span and all its values have."""

END = {
    "gen_ai.response.model": "mistral-large-latest",
    "gen_ai.response.id": "5867cf2033104506afc1eaf0e76cb6f6",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.response.time_to_first_chunk": 0.25,
    "gen_ai.usage.input_tokens": 9,
    "gen_ai.usage.output_tokens": 50,
}
"""Those that its span has at the end."""


class Dropped(SpanExporter):
    """Exports nothing: what is measured is the making of spans."""

    def export(self, _):
        return SpanExportResult.SUCCESS


class ByHand:
    """The span and the four values of a stream, as this package has them, with known values.

    It is the floor: what the SDK of OpenTelemetry takes for them, whoever calls it.
    """

    def __init__(self, spans, metrics):
        self.tracer = spans.get_tracer("by hand")
        meter = metrics.get_meter("by hand")
        self.duration, self.first_chunk = (meter.create_histogram(name, "s") for name in "ab")
        self.tokens = meter.create_histogram("c", "{token}")

    def record(self):
        """Tell the SDK of one stream."""
        start = {**SHARED, "gen_ai.request.stream": True}
        span = self.tracer.start_span("chat", kind=SpanKind.CLIENT, attributes=start)
        span.set_attributes(END)
        around = set_span_in_context(span)
        shared = {**SHARED, "gen_ai.response.model": "mistral-large-latest"}
        self.duration.record(0.5, shared, around)
        self.first_chunk.record(0.25, shared, around)
        for kind in ("input", "output"):
            self.tokens.record(9, {**shared, "gen_ai.token.type": kind}, around)
        span.end()


def cost(client, base, *, short, long, streams, repeats, **_):
    """Compare short streams, for the cost of each, and long ones, for that of an event.

    The kinds take turns, so that other load on the machine falls on all of them. The least of the
    turns of each is compared: microseconds disappear in a median.
    """
    spans = TracerProvider()
    spans.add_span_processor(BatchSpanProcessor(Dropped()))
    metrics = MeterProvider([InMemoryMetricReader()])
    by_hand = ByHand(spans, metrics).record
    kinds = {
        "off": (None, _nothing),
        "sdk": ((spans, metrics), _nothing),
        "floor": (None, by_hand),
        "noop": ((NoOpTracerProvider(), NoOpMeterProvider()), _nothing),
    }
    flush = spans.force_flush
    one = _least(client, f"{base}/{short}", kinds, streams, repeats, flush=flush)
    both = {kind: kinds[kind] for kind in ("off", "sdk")}
    many = _least(client, f"{base}/{long}", both, 1, max(1, repeats // 6), flush=flush)
    return {
        "sdk_us": (one["sdk"] - one["off"]) * 1e6,
        "floor_us": (one["floor"] - one["off"]) * 1e6,
        "noop_us": (one["noop"] - one["off"]) * 1e6,
        "event_times": (many["sdk"] - one["sdk"]) / (many["off"] - one["off"]),
    }


def _least(client, url, kinds, streams, repeats, *, flush):
    """Return the least CPU of a stream of each kind, in seconds.

    No kind pays for the one before: a turn begins with a stream that does not count, for the
    caches, and a collection of garbage, and spans are flushed in the turn that made them.
    """
    sessions = {kind: client.connect_traced(url, pair) for kind, (pair, _) in kinds.items()}
    for session in sessions.values():
        client.stream(session, _ignore)  # imports the rest, and connects
    costs = {kind: [] for kind in sessions}
    for _ in range(repeats):
        for kind, session in sessions.items():
            after = kinds[kind][1]
            client.stream(session, _ignore)
            after()
            gc.collect()
            with spending() as spent:
                for _ in range(streams):
                    client.stream(session, _ignore)
                    after()
                flush()
            costs[kind].append(spent.cpu / streams)
    return {kind: min(turns) for kind, turns in costs.items()}


def _ignore(text):
    pass


def _nothing():
    pass
