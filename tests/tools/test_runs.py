"""A run with tools: what is asked, what the caller receives, and how it ends."""

from typing import Annotated, Literal

from mistralai.client.deltas import (
    FinishDelta,
    StepEnd,
    StepStart,
    TextDelta,
    ToolCallDelta,
    ToolFailure,
    ToolResult,
    ToolStart,
)
from support.tools import USER, call, calls, in_every_colour, says

WRONG = "not run: the arguments are not valid:"


def weather(city: Annotated[str, "Name of a town"], unit: Literal["C", "F"] = "C") -> str:
    """Say how the weather is."""
    return f"fine in {city}, in {unit}"


@in_every_colour
def test_a_run_calls_tools_until_the_model_answers(runs):
    run, deltas = runs.run([weather], calls(call("weather", city="Rome")), says("It is fine."))
    assert run.text == "It is fine."
    assert run.end_reason == "stop"
    (id_,) = {d.call_id for d in deltas if isinstance(d, ToolStart)}
    assert [d for d in deltas if isinstance(d, StepStart | ToolStart | ToolResult | StepEnd)] == [
        StepStart(1),
        ToolStart(id_, "weather", {"city": "Rome", "unit": "C"}),
        ToolResult(id_, "weather", "fine in Rome, in C"),
        StepEnd(1, "tool_calls"),
        StepStart(2),
        StepEnd(2, "stop"),
    ]
    assert [d.id for d in deltas if isinstance(d, ToolCallDelta)] == [id_]
    assert [d.reason for d in deltas if isinstance(d, FinishDelta)] == ["tool_calls", "stop"]
    assert "".join(d.text for d in deltas if isinstance(d, TextDelta)) == "It is fine."


@in_every_colour
def test_the_tool_is_described_and_its_result_is_sent(runs):
    run, _ = runs.run([weather], calls(call("weather", city="Rome")), says("Fine."))
    first, second = runs.bodies()
    (spec,) = first["tools"]
    assert spec["function"]["name"] == "weather"
    assert spec["function"]["description"] == "Say how the weather is."
    assert spec["function"]["parameters"]["properties"]["city"] == {
        "type": "string",
        "description": "Name of a town",
    }
    assert [m["role"] for m in second["messages"]] == ["user", "assistant", "tool"]
    (made,) = second["messages"][1]["tool_calls"]
    assert second["messages"][2] == {
        "role": "tool",
        "content": "fine in Rome, in C",
        "tool_call_id": made["id"],
        "name": "weather",
    }
    asked, *answered = run.messages
    assert asked is USER
    assert [message.role for message in answered] == ["assistant", "tool", "assistant"]


@in_every_colour
def test_steps_and_usage_are_known(runs):
    run, deltas = runs.run([weather], calls(call("weather", city="Rome")), says("Fine."))
    one, two = run.steps
    assert (one.number, one.text, one.finish_reason) == (1, "", "tool_calls")
    assert one.results == tuple(d for d in deltas if isinstance(d, ToolResult))
    assert [c.function.name for c in one.tool_calls] == ["weather"]
    assert (two.text, two.tool_calls, two.results) == ("Fine.", [], ())
    assert one.timing.total > 0
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        assert getattr(run.usage, name) == getattr(one.usage, name) + getattr(two.usage, name)


@in_every_colour
def test_what_the_model_can_mend_goes_to_the_model(runs):
    run, deltas = runs.run(
        [weather],
        calls(call("wether"), call("weather", town="Rome"), call("weather", city="Rome", unit="K")),
        says("Sorry."),
    )
    assert [d.message for d in deltas if isinstance(d, ToolFailure)] == [
        "not run: there is no tool 'wether'; the tools are: weather",
        f"{WRONG} city: Missing required argument; town: Unexpected keyword argument",
        f"{WRONG} unit: Input should be 'C' or 'F'",
    ]
    assert run.end_reason == "stop"


@in_every_colour
def test_views_share_the_cursor_of_the_run(runs):
    runs.serve(calls(call("weather", city="Rome")), says("It is fine."))
    run = runs.start([weather])
    assert isinstance(runs.next(run.deltas), StepStart)
    assert "".join(runs.read(run.text_stream)) == "It is fine."
    assert runs.read(run) == []
    assert repr(run).endswith("stop, 2 steps>")
