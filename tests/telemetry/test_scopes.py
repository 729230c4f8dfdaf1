"""Scopes around calls: runs with tools, calls of tools, and work of other processes."""

from contextlib import suppress

import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.trace import SpanKind

from mistralai import Mistral
from mistralai.simulator import Simulator
from support.serving import ASK
from support.tools import USER, call, calls, says
from support.traced import Traced, told

RUN = {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add"}


@pytest.fixture
def sim():
    with Simulator() as sim:
        yield sim


def client_of(sim, traced):
    return Mistral("key", server_url=sim.url, observers=[traced.telemetry])


def test_what_begins_in_a_scope_belongs_to_it(sim):
    traced = Traced()
    with client_of(sim, traced) as client:
        with client.observe("run", attributes=RUN):
            client.chat.complete(**ASK)
            with client.observe("tool", "client", TOOL) as tool:
                tool.note({"gen_ai.tool.call.id": "c1"})
        client.chat.complete(**ASK)
    call, tool, run, other = traced.spans.all()
    assert [call.name, tool.name, run.name, other.name] == ["chat m", "tool", "run", "chat m"]
    assert call.parent.span_id == tool.parent.span_id == run.context.span_id
    assert run.parent is None
    assert other.parent is None
    assert (run.kind, tool.kind) == (SpanKind.INTERNAL, SpanKind.CLIENT)
    assert tool.attributes == {**TOOL, "gen_ai.tool.call.id": "c1"}
    assert context.get_current() == {}


def test_content_of_a_scope_is_kept_where_it_is_wanted(sim, subtests):
    for wanted in (False, True):
        traced = Traced(content=wanted)
        with subtests.test(content=wanted), client_of(sim, traced) as client:
            with client.observe("tool", content={"gen_ai.tool.call.arguments": "{}"}) as tool:
                tool.note(content={"gen_ai.tool.call.result": "2"})
            kept = {"gen_ai.tool.call.arguments": "{}", "gen_ai.tool.call.result": "2"}
            assert traced.spans.next().attributes == (kept if wanted else {})


def test_the_end_of_a_scope_says_whether_the_work_failed(sim, subtests):
    endings = [
        (None, {}, "UNSET", None),
        (ZeroDivisionError("a secret"), {}, "ERROR", "ZeroDivisionError"),
        (KeyboardInterrupt(), {}, "UNSET", None),
        (None, {"error.type": "ValueError"}, "ERROR", "ValueError"),
    ]
    for error, noted, status, error_type in endings:
        traced = Traced(names="latest")
        with subtests.test(f"{error!r}, {noted}"), client_of(sim, traced) as client:
            scope = client.observe("tool", attributes=TOOL)
            scope.note(noted)
            scope.end(error)
            span = traced.spans.next()
            assert span.status.status_code.name == status
            assert "a secret" not in str(span.status.description)
            assert span.attributes.get("error.type") == error_type
            assert span.events == ()
            [duration] = traced.metrics()["gen_ai.execute_tool.duration"]
            expected = {"gen_ai.tool.name": "add"}
            if error_type is not None:
                expected["error.type"] = error_type
            assert duration.attributes == expected


def test_runs_are_measured_by_the_latest_names_alone(sim):
    for names, metrics in (("released", []), ("latest", ["gen_ai.invoke_agent.duration"])):
        traced = Traced(names=names)
        with (
            client_of(sim, traced) as client,
            client.observe("run", attributes=RUN),
            client.observe("other work"),
        ):
            pass
        assert list(traced.metrics()) == metrics


def test_a_scope_of_another_process_is_a_parent_and_brings_its_baggage(sim):
    here, there = Traced(), Traced()
    token = context.attach(baggage.set_baggage("tenant", "blue"))
    with client_of(sim, here) as client, client.observe("run") as run:
        carrier = dict(run.carrier)
    context.detach(token)
    assert set(carrier) == {"traceparent", "baggage"}
    with client_of(sim, there) as client:
        with client.observe("row", parent=carrier):
            client.chat.complete(**ASK)
            assert baggage.get_baggage("tenant") == "blue"
        assert baggage.get_baggage("tenant") is None
    call, row = there.spans.all()
    [run_span] = here.spans.all()
    assert row.parent.span_id == run_span.context.span_id
    assert row.parent.is_remote
    assert call.parent.span_id == row.context.span_id
    assert call.context.trace_id == run_span.context.trace_id
    assert trace.get_current_span() is trace.INVALID_SPAN


def test_a_run_with_tools_is_a_tree_of_spans(subtests):
    def add(a: int, b: int) -> int:
        with traced.tracer.start_as_current_span("count"):
            return a + b

    def fails() -> None:
        raise ValueError("a secret")

    rows = [
        ("report", "UNSET", "stop", ["chat", "add", "count", "fails", "chat"]),
        ("raise", "ERROR", "error", ["chat", "add", "count", "fails"]),
    ]
    for rule, status, reason, names in rows:
        traced = Traced(content=False)
        answers = [calls(call("add", a=1, b=2), "fails"), says("Three.")]
        with subtests.test(rule), Simulator(answers) as sim, client_of(sim, traced) as client:
            run = client.chat.run_tools(
                model="m", messages=[USER], tools=[add, fails], on_tool_error=rule
            )
            with suppress(ValueError):
                for _ in run:
                    assert trace.get_current_span() is trace.INVALID_SPAN
            spans = sorted(traced.spans.all(), key=lambda span: span.start_time)
            root, *inside = spans
            assert [span.name.split()[-1 if "tool" in span.name else 0] for span in inside] == names
            assert (root.name, root.kind, root.parent) == ("invoke_agent", SpanKind.INTERNAL, None)
            assert (root.status.status_code.name, root.attributes["mistralai.end_reason"]) == (
                status,
                reason,
            )
            of_add, of_count, of_failure = inside[1:4]
            assert of_count.parent.span_id == of_add.context.span_id
            assert {span.parent.span_id for span in inside if span is not of_count} == {
                root.context.span_id
            }
            assert of_failure.attributes["error.type"] == "ValueError"
            assert all("a secret" not in told(span) for span in spans)
            assert "gen_ai.tool.call.result" not in of_add.attributes
