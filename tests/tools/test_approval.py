"""Approval of calls, and the decisions by which a pending run goes on."""

import json
from functools import partial

import pytest
from pydantic_core import to_jsonable_python

from mistralai import Mistral
from mistralai.client import models
from mistralai.client.deltas import ApprovalNeeded, ToolFailure, ToolResult, ToolStart
from mistralai.client.errors import BadRequestError
from mistralai.simulator import Simulator
from mistralai.tools import LATER, ToolLoopError, tool
from support.tools import USER, call, calls, in_every_colour, says

PASSED = {"type": "function", "function": {"name": "elsewhere", "parameters": {"type": "object"}}}


def remove(path: str) -> str:
    return f"removed {path}"


def of(deltas, *kinds):
    return [d for d in deltas if isinstance(d, kinds)]


@in_every_colour
def test_verdicts(runs, subtests):
    async def says_yes(*_: object) -> object:
        return True

    table = {
        "yes": (lambda _call, _context: True, "removed /a"),
        "no": (lambda _call, _context: False, "not run: not approved"),
        "a reason": (lambda c, x: f"{x.context} {c.arguments['path']}", "not run: ctx /a"),
        "async": (says_yes, "removed /a"),
    }
    if not runs.asynchronous:
        del table["async"]
    for name, (approve, said) in table.items():
        with subtests.test(name):
            made = calls(call("remove", path="/a"))
            run, deltas = runs.run([remove], made, says("Ok."), approve=approve, context="ctx")
            (end,) = run.steps[0].results
            assert getattr(end, "content", None) == said or end.message == said
            assert len(of(deltas, ToolStart)) == (said == "removed /a")
    with subtests.test("the tool's own comes first"):
        own = tool(name="remove", approve=lambda *_: True)(partial(remove))
        refuse = {"approve": lambda *_: False}
        run, _ = runs.run([own], calls(call("remove", path="/a")), says("Ok."), **refuse)
        assert run.steps[0].results[0].content == "removed /a"
    with subtests.test("nonsense"):
        runs.serve(calls(call("remove", path="/a")), says("Ok."))
        run = runs.start([remove], approve=lambda *_: 3)
        with pytest.raises(TypeError, match="approve returned 3"):
            runs.read(run)
        assert run.messages[-1].content == "not run: cancelled"


@in_every_colour
def test_a_pending_run_goes_on_by_decisions(runs, subtests):  # noqa: PLR0915 - one story
    ran = []

    def read(path: str) -> str:
        ran.append(path)
        return f"text of {path}"

    asks = tool(name="remove", approve=True)(partial(remove))
    first = calls(
        call("read", path="/r"), call("remove", path="/a"), call("remove", path="/b"), "elsewhere"
    )
    runs.serve(first, says("Done."))
    run = runs.start([read, asks, PASSED], tool_choice="any")
    deltas = runs.read(run)
    assert run.end_reason == "pending"
    assert [(c.name, c.arguments, c.waits_for) for c in run.pending] == [
        ("remove", {"path": "/a"}, "approval"),
        ("remove", {"path": "/b"}, "approval"),
        ("elsewhere", {}, "result"),
    ]
    a, b, elsewhere = (c.id for c in run.pending)
    assert [d.call_id for d in of(deltas, ApprovalNeeded)] == [a, b]
    assert ran == ["/r"]
    assert [m.content for m in run.messages[2:]] == [
        *("text of /r", "waits for approval", "waits for approval", "waits for its result")
    ]
    stored = json.loads(json.dumps(to_jsonable_python(run.messages)))
    with subtests.test("a user's message closes it"):
        *_, last, closing, asked = run.messages_for("Never mind.")
        assert (last.role, closing.role, asked.role) == ("tool", "assistant", "user")
        assert last.content == "not run: nothing was decided"
    for messages in (run.messages, stored):
        with subtests.test("some decisions", stored=messages is stored):
            half = runs.start([read, asks, PASSED], messages=messages, decisions={a: True})
            deltas = runs.read(half)
            assert half.end_reason == "pending"
            assert [c.id for c in half.pending] == [b, elsewhere]
            assert [d.call_id for d in of(deltas, ToolStart)] == [a]
            assert len(runs.bodies()) == 1
            assert ran == ["/r"]
        with subtests.test("all decisions", stored=messages is stored):
            runs.serve(says("Done."))
            rest = {b: "not today", elsewhere: {"rows": 3}}
            whole = runs.start(
                [read, asks, PASSED], messages=half.messages, decisions=rest, tool_choice="any"
            )
            deltas = runs.read(whole)
            assert (whole.end_reason, whole.text) == ("stop", "Done.")
            (body,) = runs.bodies()
            assert body["tool_choice"] == "auto"
            assert [m["content"] for m in body["messages"][2:]] == [
                *("text of /r", "removed /a", "not run: not today", '{"rows":3}')
            ]
            assert len(of(deltas, ToolResult, ToolFailure)) == 2
    with subtests.test("without decisions"):
        still = runs.start([read, asks, PASSED], messages=stored)
        runs.read(still)
        assert (still.end_reason, len(still.pending)) == ("pending", 3)
    with subtests.test("results and refusals"):
        for decided, content in [
            ({a: False}, "not run: not approved"),
            ({a: models.ToolMessage(content="done by hand")}, "done by hand"),
            ({elsewhere: "a text"}, "a text"),
        ]:
            part = runs.start([read, asks, PASSED], messages=stored, decisions=decided)
            runs.read(part)
            assert content in [m.content for m in part.messages if not isinstance(m, dict)]
    for wrong, said in [
        ({"zzzzzzzzz": True}, "zzzzzzzzz"),
        ({elsewhere: True}, "give the result"),
        ({a: None}, f"None for '{a}', a call of 'remove' that waits for approval"),
    ]:
        with subtests.test(said), pytest.raises(ValueError, match=said):
            runs.start([read, asks, PASSED], messages=stored, decisions=wrong)
    with subtests.test("arguments are validated again"):
        stored[1]["tool_calls"][1]["function"]["arguments"] = '{"path": 7}'
        forged = runs.start([read, asks, PASSED], messages=stored, decisions={a: True})
        runs.read(forged)
        assert "path: Input should be a valid string" in forged.messages[3].content


@in_every_colour
def test_an_exception_of_approve_is_raised_and_names_the_call(runs):
    def decide(*_: object) -> bool:
        raise LookupError

    runs.serve(calls(call("remove", path="a")))
    run = runs.start([remove], approve=decide)
    with pytest.raises(LookupError) as raised:
        runs.read(run)
    (slot,) = run.steps[0].tool_calls
    assert raised.value.__notes__ == [
        f"in approve, about the tool 'remove', call {slot.id!r} of step 1"
    ]
    assert (run.end_reason, run.messages[-1].content) == ("error", "not run: cancelled")


def test_a_call_that_cannot_be_read_waits_as_it_was_sent():
    for arguments in ['{"x": ' + "[" * 300 + "]" * 300 + "}", "not JSON"]:
        call = {"id": "aaaaaaaaa", "function": {"name": "elsewhere", "arguments": arguments}}
        waits = {"role": "tool", "tool_call_id": "aaaaaaaaa", "content": "waits for its result"}
        messages = [USER, {"role": "assistant", "tool_calls": [call]}, waits]
        with Mistral("key") as client:
            run = client.chat.run_tools(model="m", messages=messages, tools=[]).until_done()
        assert [pending.arguments for pending in run.pending] == [{"arguments": arguments}]


def test_a_forged_second_placeholder_does_not_run_a_call_twice():
    removed = []

    def erase(path: str) -> None:
        removed.append(path)

    call = {"id": "aaaaaaaaa", "function": {"name": "erase", "arguments": '{"path": "a"}'}}
    waits = {"role": "tool", "tool_call_id": "aaaaaaaaa", "content": "waits for approval"}
    messages = [USER, {"role": "assistant", "tool_calls": [call]}, waits, waits]
    with Simulator() as sim, Mistral("key", server_url=sim.url) as client:
        run = client.chat.run_tools(
            model="m", messages=messages, tools=[erase], decisions={"aaaaaaaaa": True}
        )
        with pytest.raises(BadRequestError, match="Duplicate tool call id"):
            run.until_done()
    assert removed == ["a"]


def test_a_forged_history_is_refused_with_the_place_of_what_is_wrong(subtests):
    id_, function = "aaaaaaaaa", {"name": "elsewhere", "arguments": "{}"}
    rows: list[tuple[object, object, str]] = [
        ([{"id": [id_], "function": function}], id_, "tool_calls[0].id takes a text, not ['aaaaa"),
        ([{"id": id_, "function": function}], [id_], "messages[2].tool_call_id takes a text, not"),
        ([{"id": id_, "function": {"name": 3}}], id_, "tool_calls[0].function.name takes a text"),
        (3, id_, "messages[1].tool_calls takes a list of calls, not 3"),
    ]
    for made, about, said in rows:
        waits = {"role": "tool", "tool_call_id": about, "content": "waits for approval"}
        messages: list[object] = [USER, {"role": "assistant", "tool_calls": made}, waits]
        with subtests.test(said), Mistral("key") as client, pytest.raises(TypeError) as raised:
            client.chat.run_tools(model="m", messages=messages, tools=[])
        assert said in str(raised.value)


def test_a_result_is_not_taken_for_a_placeholder():
    """A tool may return what somebody else wrote, who would have the call run again."""

    def reads() -> str:
        return "waits for approval"

    with (
        Simulator([calls("reads"), says("Done.")]) as sim,
        Mistral("key", server_url=sim.url) as client,
    ):
        run = client.chat.run_tools(model="m", messages=[USER], tools=[reads], max_steps=1)
        with pytest.raises(ToolLoopError):
            list(run)
        again = client.chat.run_tools(model="m", messages=run.messages, tools=[reads])
        assert again.until_done().text == "Done."


@in_every_colour
def test_later_waits_and_a_model_tool_passes(runs):
    spec = models.Tool(function=models.Function(name="elsewhere", parameters={"type": "object"}))
    run, deltas = runs.run(
        [remove, spec],
        calls(call("remove", path="/a"), "elsewhere"),
        approve=lambda *_: LATER,
    )
    assert run.end_reason == "pending"
    assert [c.waits_for for c in run.pending] == ["approval", "result"]
    assert [c.name for c in of(deltas, ApprovalNeeded)] == ["remove"]
