"""Runs as observers of the client see them: a scope around each, with requests and tools inside."""

import asyncio
import contextvars
import gc
import sys
from collections import Counter
from typing import Any

import anyio
import pytest

from mistralai import Mistral
from mistralai.client.deltas import TextDelta
from mistralai.simulator import Answer, Scenario, Simulator, faults
from mistralai.tools import LATER, ToolContext, tool
from support.faults import STREAM
from support.flows import sse
from support.observing import Recorder, current, here
from support.tools import USER, call, calls, in_every_colour, says

TOLD: contextvars.ContextVar[str] = contextvars.ContextVar("TOLD", default="")


def find(city: str) -> str:
    return f"found {city}"


def observed(runs: Any, *answers: Any) -> Recorder:
    """Serve answers to a client with an observer."""
    runs.serve(*answers)
    recorder = Recorder()
    runs.client.sdk_configuration.observers = [recorder]
    return recorder


@in_every_colour
def test_a_run_is_a_scope_with_its_requests_and_tools_inside(runs):
    seen: list[str | None] = []

    def weather(city: str) -> str:
        with runs.client.observe("look up"):
            seen.append(here())
        return f"fine in {city}"

    async def clock() -> dict[str, str]:
        await anyio.lowlevel.checkpoint()
        seen.append(here())
        return {"now": "noon"}

    tools = [weather, clock] if runs.asynchronous else [weather]
    made = [call("weather", city="Rome"), call("clock"), call("none")]
    recorder = observed(runs, calls(*made), says("Fine."))
    run = runs.start(tools)
    assert recorder.seen == []
    while True:
        try:
            runs.next(run)
        except (StopIteration, StopAsyncIteration):
            break
        assert here() is None
    root = recorder.root
    ran = [seen for seen in recorder.seen if seen.name.startswith("execute_tool")]
    assert (
        sorted(each.name for each in ran)
        == ["execute_tool clock", "execute_tool weather"][not runs.asynchronous :]
    )
    assert all(each.parent is root for each in ran)
    below = next(each for each in recorder.seen if each.name == "look up")
    assert below.parent is not None
    assert below.parent.name == "execute_tool weather"
    assert sorted(filter(None, seen)) == ["execute_tool clock", "look up"][not runs.asynchronous :]
    inside = [each.name for each in recorder.seen if each.parent is root]
    assert (inside[0], inside[-1], len(inside)) == ("chat", "chat", 2 + len(ran))
    assert all(each.outcomes == [None] for each in [root, below, *ran])
    assert root.attributes == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": run.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": run.usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.response.finish_reasons": ["stop"],
        "mistralai.end_reason": "stop",
    }
    of_weather = next(each for each in ran if each.name.endswith("weather"))
    assert of_weather.attributes == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "weather",
        "gen_ai.tool.call.id": run.steps[0].tool_calls[0].id,
        "gen_ai.tool.type": "function",
    }
    assert of_weather.content == {
        "gen_ai.tool.call.arguments": '{"city":"Rome"}',
        "gen_ai.tool.call.result": "fine in Rome",
    }


CUT = Scenario(faults=[faults.Cut()])
STATUS = Scenario(faults=[faults.Status(status=400)])


@in_every_colour
def test_however_a_run_ends_its_scope_ends_once_and_says_how(runs, subtests):
    def breaks(city: str) -> str:
        raise LookupError(city)

    def later(*_: Any) -> Any:
        return LATER

    def stops(city: str, context: ToolContext[None]) -> str:
        context.stop()
        return city

    rome = calls(call("f", city="Rome"))
    rows: list[tuple[str, list[Any], Any, dict[str, Any], list[str], str | None]] = [
        ("pending", [rome], find, {"approve": later}, ["chat"], None),
        ("stopped", [rome], stops, {}, ["chat", "execute_tool f"], None),
        ("repeating", [rome] * 3, find, {}, ["chat", "execute_tool f"] * 3, None),
        ("length", [says("Fin", finish_reason="length")], find, {}, ["chat"], None),
        ("error", [STATUS], find, {}, ["chat"], "BadRequestError"),
        ("error", [CUT], find, {}, ["chat"], "StreamProtocolError"),
        ("error", [rome], breaks, {}, ["chat", "execute_tool f"], "LookupError"),
        ("error", [rome], find, {"max_steps": 1}, ["chat", "execute_tool f"], "ToolLoopError"),
    ]  # fmt: skip
    for reason, answers, function, params, children, error in rows:
        with subtests.test(reason=reason, error=error):
            recorder = observed(runs, *answers)
            run = runs.start([tool(name="f")(function)], **params)
            if error is None:
                runs.read(run)
            else:
                with pytest.raises(Exception) as raised:  # noqa: PT011 - its class is in the row
                    runs.read(run)
                assert type(raised.value).__name__ == error
            runs.close(run)
            root = recorder.root
            assert (root.attributes["mistralai.end_reason"], run.end_reason) == (reason, reason)
            assert recorder.tree() == ["invoke_agent", children]
            (end,) = root.outcomes
            assert (None if end is None else type(end).__name__) == error
            assert all(len(each.outcomes) == 1 for each in recorder.seen)
            assert "Rome" not in str(root.attributes)


@in_every_colour
def test_an_error_that_the_model_is_told_is_one_of_the_tool_alone(runs):
    def breaks(city: str) -> str:
        raise LookupError(city)

    def unwritable() -> object:
        return {1: object()}

    recorder = observed(runs, calls(call("breaks", city="Rome"), "unwritable"), says("Sorry."))
    run = runs.start([breaks, unwritable], on_tool_error="report")
    runs.read(run)
    ends = {each.name: type(each.outcomes[0]).__name__ for each in recorder.seen}
    assert ends["execute_tool breaks"] == "LookupError"
    assert ends["execute_tool unwritable"] == "TypeError"
    assert recorder.root.outcomes == [None]


@in_every_colour
def test_a_run_that_is_closed_or_dropped_ends_its_scope(runs, subtests):
    for way in ("closed", "dropped", "not begun"):
        with subtests.test(way):
            recorder = observed(runs, says("Hello there."))
            run = runs.start([find])
            if way == "not begun":
                runs.next(run)  # the beginning of a step, before anything is sent
                runs.close(run)
                assert recorder.seen == []
                continue
            while not isinstance(runs.next(run), TextDelta):
                pass
            root = recorder.root
            assert root.outcomes == []
            if way == "closed":
                runs.close(run)
                assert root.attributes["gen_ai.response.finish_reasons"] == ["error"]
            else:
                del run
                gc.collect()
            assert root.outcome is None
            assert root.attributes["mistralai.end_reason"] == way


@pytest.mark.anyio
async def test_a_cancelled_run_ends_the_scopes_of_its_tools(anyio_backend_name):
    begun = anyio.Event()

    async def hangs() -> None:
        begun.set()
        await anyio.sleep_forever()

    async def given_up() -> None:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    @tool(timeout=0.001)
    async def late() -> None:
        await anyio.sleep_forever()

    names = ["late", "given_up", "hangs"] if anyio_backend_name == "asyncio" else ["late", "hangs"]
    recorder = Recorder()
    with Simulator([calls(*names)]) as sim:
        async with (
            Mistral("key", server_url=sim.url, observers=[recorder]) as client,
            anyio.create_task_group() as group,
        ):
            run = await client.chat.run_tools_async(
                model="m", messages=[USER], tools=[hangs, given_up, late]
            )
            group.start_soon(run.until_done)
            await begun.wait()
            of_late = next(each for each in recorder.seen if each.name.endswith("late"))
            await anyio.to_thread.run_sync(of_late.over.wait)
            group.cancel_scope.cancel()
    named = {each.name: each for each in recorder.seen}
    assert [type(end) for end in of_late.outcomes] == [TimeoutError]
    for name in set(names) - {"late"}:
        seen = named[f"execute_tool {name}"]
        assert (seen.outcomes, seen.attributes["mistralai.end_reason"]) == ([None], "cancelled")
    root = recorder.root
    assert (root.outcomes, root.attributes["mistralai.end_reason"]) == ([None], "closed")


def test_tools_in_threads_have_their_scope_and_the_context_of_the_reader():
    seen = []

    def told() -> str:
        seen.append((here(), TOLD.get()))
        return "fine"

    @tool(timeout=0.001)
    def late() -> str:
        seen.append((here(), TOLD.get()))
        own = current()
        assert own is not None
        own.over.wait(30)  # its timeout has expired
        return "late"

    recorder = Recorder()
    TOLD.set("by the reader")
    with (
        Simulator([calls("told", "late"), says("Done.")]) as sim,
        Mistral("key", server_url=sim.url, observers=[recorder]) as client,
    ):
        run = client.chat.run_tools(model="m", messages=[USER], tools=[told, late], threads=2)
        assert {here() for _ in run} == {None}
    assert sorted(seen) == [
        ("execute_tool late", "by the reader"),
        ("execute_tool told", "by the reader"),
    ]
    ends = {each.name: each.outcomes for each in recorder.seen}
    assert ends["execute_tool told"] == [None]
    assert [type(end) for end in ends["execute_tool late"]] == [TimeoutError]


def test_runs_of_agents_name_the_agent():
    recorder = Recorder()
    with (
        Simulator([says("Hello.")]) as sim,
        Mistral("key", server_url=sim.url, observers=[recorder]) as client,
    ):
        client.agents.run_tools(agent_id="ag", messages=[USER], tools=[find]).until_done()
    assert recorder.root.attributes["gen_ai.agent.id"] == "ag"
    assert recorder.tree() == ["invoke_agent", ["invoke_agent"]]


def test_a_run_leaves_out_what_cannot_be_a_number_of_tokens_or_a_finish_reason():
    usage = {"prompt_tokens": 10**30, "completion_tokens": -3, "total_tokens": 4}
    answer = {"choices": [{"finish_reason": ["x"], "delta": {"content": "a"}}], "usage": usage}
    recorder = Recorder()
    with (
        Simulator(Answer(body=[sse(answer), STREAM[-1]])) as sim,
        Mistral("key", server_url=sim.url, observers=[recorder]) as client,
    ):
        client.chat.run_tools(model="m", messages=[USER], tools=[find]).until_done()
    noted = recorder.root.attributes
    assert noted["gen_ai.response.finish_reasons"] == ["error"]
    assert not [name for name in noted if name.startswith("gen_ai.usage")]


def test_an_observer_costs_no_call_of_python_per_delta():
    def usual_calls(observers: Any) -> int:
        """Return how many calls of Python most deltas take: those that need no read."""
        counted: Counter[int] = Counter()
        count = 0

        def profile(_: Any, event: str, __: Any) -> None:
            nonlocal count
            count += event == "call"

        with (
            Simulator([says("word " * 200)]) as sim,
            Mistral("key", server_url=sim.url, observers=observers) as client,
        ):
            run = client.chat.run_tools(model="m", messages=[USER], tools=[find])
            before = sys.getprofile()
            sys.setprofile(profile)
            try:
                for _ in run:
                    counted[count] += 1
                    count = 0
            finally:
                sys.setprofile(before)
        ((calls, times),) = counted.most_common(1)
        assert times > 100
        return calls

    assert usual_calls([Recorder()]) == usual_calls([])
