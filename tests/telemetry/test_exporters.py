"""Samplers that drop, processors that raise, and exporters that block."""

import gc
import logging
import warnings
from threading import Event, Lock

import pytest
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from mistralai import Mistral
from mistralai.simulator import Answer, Simulator
from support.faults import STREAM
from support.serving import ASK
from support.traced import Traced

on_drivers = pytest.mark.parametrize("colour", ["sync", "asyncio"], indirect=True)


def drop(stream):
    """Take a stream's only reference from its list, and collect it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        stream.clear()
        gc.collect()


def test_metrics_come_where_a_sampler_drops_every_span():
    traced = Traced(sampler=ALWAYS_OFF, content=True, per_chunk=True)
    with (
        Simulator() as sim,
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
    ):
        list(client.chat.stream(**ASK))
    assert traced.spans.begun == 0
    assert sorted(traced.metrics()) == [
        "gen_ai.client.operation.duration",
        "gen_ai.client.operation.time_per_output_chunk",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.client.token.usage",
    ]


class Raising(SpanProcessor):
    def __init__(self, *, at_the_start):
        self._at_the_start = at_the_start

    def on_start(self, span, parent_context=None):  # noqa: ARG002 - the SDK's
        if self._at_the_start:
            raise ZeroDivisionError("of a processor")

    def on_end(self, span):  # noqa: ARG002 - the SDK's
        raise ZeroDivisionError("of a processor")


@on_drivers
def test_what_a_processor_raises_is_logged_once_and_reaches_no_caller(colour, caplog, subtests):
    for at_the_start in (True, False):
        traced = Traced(Raising(at_the_start=at_the_start))
        with subtests.test(at_the_start=at_the_start), Simulator() as sim:
            caplog.clear()
            client = colour.client(server_url=sim.url, observers=[traced.telemetry])
            for _ in range(2):
                assert len(colour.collect(colour.open(client, **ASK))) == 4
                colour.complete(client, **ASK)
            [record] = caplog.records
            assert record.name == "mistralai"
            assert "Telemetry, an observer of calls, raised" in record.message
            counts = [
                point.count
                for point in traced.metrics().get("gen_ai.client.operation.duration", [])
            ]
            assert counts == ([] if at_the_start else [4])


class Blocking(SpanExporter):
    """Holds its lock while it exports, until it may go on."""

    def __init__(self):
        self.exported = []
        self.may_export = Event()
        self.begun = Event()
        self._lock = Lock()

    def export(self, spans):
        with self._lock:
            self.begun.set()
            self.may_export.wait(30)
            self.exported += spans
        return SpanExportResult.SUCCESS


@on_drivers
def test_a_stream_is_dropped_while_an_exporter_holds_its_lock(colour):
    exporter = Blocking()
    traced = Traced(SimpleSpanProcessor(exporter))
    with Simulator(Answer(body=STREAM[:2], ending="hang")) as sim:
        client = colour.client(server_url=sim.url, observers=[traced.telemetry])
        first, second = [colour.open(client, **ASK)], [colour.open(client, **ASK)]
        drop(first)
        assert exporter.begun.wait(30)  # and blocks the thread of the reaper
        drop(second)  # which waits for nothing
        sim.requests[1].closed.wait()
        assert exporter.exported == []
        exporter.may_export.set()
        spans = [traced.spans.next(), traced.spans.next()]
    assert [span.attributes["mistralai.end_reason"] for span in spans] == ["dropped"] * 2
    assert spans[0].end_time < spans[1].end_time
    assert len(exporter.exported) == 2


class Failing(SpanExporter):
    def export(self, spans):  # noqa: ARG002 - the SDK's
        raise ZeroDivisionError("of an exporter")


def test_what_an_exporter_raises_is_for_the_sdk_to_log(caplog):
    traced = Traced(SimpleSpanProcessor(Failing()))
    with (
        Simulator() as sim,
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
        caplog.at_level(logging.ERROR),
    ):
        assert len(list(client.chat.stream(**ASK))) == 4
    assert [record.name.partition(".")[0] for record in caplog.records] == ["opentelemetry"]
    assert len(traced.spans.all()) == 1
