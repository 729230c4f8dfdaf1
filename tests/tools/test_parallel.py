"""Calls that run side by side, in threads, and by themselves."""

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest

from mistralai import Mistral
from mistralai.client.deltas import ToolFailure, ToolResult, ToolStart
from mistralai.simulator import Simulator
from mistralai.tools import ToolContext, ToolRunAsync, tool
from support.tools import USER, call, calls, in_every_colour, says

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


def without_grace(run):
    """Let a run wait for a moment only where it waits for threads that it has dropped."""
    run._driver._settings = replace(run._driver._settings, grace=0.01)
    return run


@in_every_colour
def test_calls_run_side_by_side_and_results_keep_their_order(runs):
    """Each call waits for all others to begin, so that one after the other would never end."""
    ended: list[int] = []
    together = threading.Barrier(3)

    def in_thread(number: int) -> int:
        together.wait()
        ended.append(number)
        return number

    begun = []
    everyone = anyio.Event()

    async def in_task(number: int) -> int:
        begun.append(number)
        if len(begun) == 3:
            everyone.set()
        await everyone.wait()
        for _ in range(4 - number):  # the last one ends first
            await anyio.lowlevel.checkpoint()
        ended.append(number)
        return number

    made = calls(*(call("number", number=n) for n in (1, 2, 3)))
    kinds = [tool(name="number")(in_thread)]
    if runs.asynchronous:
        kinds.append(tool(name="number")(in_task))
    for kind in kinds:
        ended.clear()
        more = {} if runs.asynchronous else {"threads": 3}
        run, deltas = runs.run([kind], made, says("Done."), **more)
        assert [d.content for d in run.steps[0].results] == ["1", "2", "3"]
        assert sorted(ended) == [1, 2, 3]
        around = [type(d) for d in deltas if isinstance(d, ToolStart | ToolResult)]
        assert around == [ToolStart] * 3 + [ToolResult] * 3


@in_every_colour
def test_no_more_than_max_parallel_and_alone_by_itself(runs):
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    lock = threading.Lock()
    seen: list[tuple[str, int]] = []

    def enter(name: str) -> None:
        with lock:
            running[name] += 1
            most[name] = max(most[name], running[name])
            seen.append((name, sum(running.values())))

    def leave(name: str) -> None:
        with lock:
            running[name] -= 1

    def beside() -> str:
        enter("beside")
        leave("beside")
        return "beside"

    async def beside_async() -> str:
        enter("beside")
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        leave("beside")
        return "beside"

    @tool(alone=True)
    def alone() -> str:
        enter("alone")
        leave("alone")
        return "alone"

    kind = tool(name="beside")(beside_async) if runs.asynchronous else beside
    more = {} if runs.asynchronous else {"threads": 8}
    names = ["beside", "beside", "beside", "alone", "beside", "beside", "beside"]
    run, _ = runs.run([kind, alone], calls(*names), says("Done."), max_parallel=2, **more)
    assert [d.content for d in run.steps[0].results] == names
    assert most["beside"] <= 2
    assert [count for name, count in seen if name == "alone"] == [1]
    assert [name for name, _ in seen] == names


@in_every_colour
def test_one_fails_and_one_hangs(runs, subtests):
    never = threading.Event()
    hangs_begun = threading.Event()
    cancelled = []

    def hangs() -> None:
        hangs_begun.set()
        never.wait(30)

    async def hangs_async() -> None:
        hangs_begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.append(True)

    def fails() -> None:
        hangs_begun.wait()
        raise LookupError("gone")

    kinds = {"thread": hangs}
    if runs.asynchronous:
        kinds["task"] = tool(name="hangs")(hangs_async)
    try:
        for name, kind in kinds.items():
            with subtests.test(name):
                hangs_begun.clear()
                runs.serve(calls("hangs", "fails"), says("Done."))
                more = {} if runs.asynchronous else {"threads": 2}
                run = without_grace(runs.start([kind, fails], **more))
                if name == "thread":
                    with pytest.warns(RuntimeWarning, match="'hangs'"), pytest.raises(LookupError):
                        runs.read(run)
                else:
                    with pytest.raises(LookupError):
                        runs.read(run)
                    assert cancelled == [True]
                assert [m.content for m in run.messages[2:]] == [
                    *("cancelled while it ran", "the tool failed")
                ]
                assert [type(r) for r in run.steps[0].results] == [ToolFailure] * 2
    finally:
        never.set()


def test_a_tool_that_awaits_what_was_cancelled_does_not_cancel_the_others():
    async def awaits() -> None:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async def works() -> str:
        await anyio.lowlevel.checkpoint()
        return "fine"

    async def main() -> ToolRunAsync:
        async with Mistral("key", server_url=sim.url) as client:
            run = await client.chat.run_tools_async(
                model="m", messages=[USER], tools=[awaits, works], max_parallel=2
            )
            return await run.until_done()

    with Simulator([calls("awaits", "works", "works"), says("Done.")]) as sim:
        run = asyncio.run(main())
    said = [message.content for message in run.messages[2:]]
    assert said == ["cancelled while it ran", "fine", "fine", "Done."]


@pytest.mark.anyio
async def test_none_begins_after_a_cancellation_that_a_tool_kept_for_itself():
    begun = []
    started = anyio.Event()

    async def gives_up(number: int) -> str:
        begun.append(number)
        started.set()
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            return "gave up"

    made = calls(*(call("gives_up", number=n) for n in (1, 2)))
    with Simulator([made]) as sim:
        async with Mistral("key", server_url=sim.url) as client:
            run = await client.chat.run_tools_async(
                model="m", messages=[USER], tools=[gives_up], max_parallel=1
            )
            async with anyio.create_task_group() as group:
                group.start_soon(run.until_done)
                await started.wait()
                group.cancel_scope.cancel()
    assert begun == [1]
    assert [m.content for m in run.messages[2:]] == ["gave up", "not run: cancelled"]


@pytest.mark.anyio
async def test_none_begins_in_a_task_that_was_cancelled_while_it_had_a_delta(
    subtests, anyio_backend_name
):
    begun = []

    async def writes() -> None:
        begun.append("written")

    def cancel_task() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    async def read(run: ToolRunAsync, cancel: Callable[[], object]) -> None:
        async for delta in run:
            if isinstance(delta, ToolStart):
                cancel()

    with Simulator([calls("writes")]) as sim:
        async with Mistral("key", server_url=sim.url) as client:
            ask = {"model": "m", "messages": [USER], "tools": [writes]}
            with subtests.test("scope"):
                run = await client.chat.run_tools_async(**ask)
                with anyio.CancelScope() as scope:
                    await read(run, scope.cancel)
                assert (begun, run.messages[-1].content) == ([], "not run: cancelled")
            if anyio_backend_name == "asyncio":
                with subtests.test("task"):
                    run = await client.chat.run_tools_async(**ask)
                    task = asyncio.create_task(read(run, cancel_task))
                    await asyncio.wait([task])
                    assert task.cancelled()
                    assert (begun, run.messages[-1].content) == ([], "not run: cancelled")


@in_every_colour
def test_a_late_call_is_told_to_the_model(runs, subtests):
    never = threading.Event()

    @tool(timeout=0.01)
    def hangs() -> None:
        never.wait(30)

    @tool(name="hangs", timeout=0.01)
    async def hangs_async() -> None:
        await anyio.sleep_forever()

    @tool(timeout=float("inf"))
    def quick() -> str:
        return "quick"

    kinds = {"thread": hangs, **({"task": hangs_async} if runs.asynchronous else {})}
    try:
        for name, kind in kinds.items():
            with subtests.test(name):
                runs.serve(calls("hangs", "quick"), says("Done."))
                run = without_grace(runs.start([kind, quick]))
                if name == "thread":
                    with pytest.warns(RuntimeWarning, match="'hangs'"):
                        runs.read(run)
                else:
                    runs.read(run)
                late, other = run.steps[0].results
                assert (late.message, other.content) == ("timed out after 0.01 s", "quick")
                assert run.text == "Done."
    finally:
        never.set()


@in_every_colour
def test_tools_see_the_variables_of_the_run(runs):
    def sees() -> str:
        return f"{VARIABLE.get()} {threading.current_thread() is threading.main_thread()}"

    async def sees_async() -> str:
        return VARIABLE.get()

    async def read_async(client: Mistral) -> list[str]:
        VARIABLE.set("set")
        tools = [tool(name="one")(sees), tool(name="two")(sees_async)]
        run = await client.chat.run_tools_async(model="m", messages=[USER], tools=tools)
        await run.until_done()
        return [d.content for d in run.steps[0].results]

    if runs.asynchronous:
        runs.serve(calls("one", "two"), says("Done."))
        assert runs.call(read_async, runs.client) == ["set False", "set"]
        return
    token = VARIABLE.set("set")
    for threads, own in ((None, True), (2, False)):
        run, _ = runs.run([sees], calls("sees", "sees"), says("Done."), threads=threads)
        assert {d.content for d in run.steps[0].results} == {f"set {own}"}
    VARIABLE.reset(token)


@in_every_colour
def test_a_tool_may_ask_the_same_client(runs):
    def asks(context: ToolContext[Mistral]) -> str:
        answer = context.context.chat.complete(model="m", messages=[USER])
        return str(answer.choices[0].message.content)

    async def asks_async(context: ToolContext[Mistral]) -> str:
        run = await context.context.chat.run_tools_async(model="m", messages=[USER], tools=[])
        await run.until_done()
        return run.text

    kind = tool(name="asks")(asks_async) if runs.asynchronous else asks
    runs.serve(calls("asks"), says("inside"), says("outside"))
    run = runs.start([kind], context=runs.client)
    runs.read(run)
    assert (run.steps[0].results[0].content, run.text) == ("inside", "outside")


def test_synchronous_runs_in_four_threads():
    def adds(x: int, y: int) -> int:
        return x + y

    def answer(request):
        last = request.json["messages"][-1]
        if last["role"] == "user":
            return calls(call("adds", x=int(last["content"]), y=1))
        return says(f"It is {last['content']}.")

    texts = {}

    def work(number: int) -> None:
        for round_ in range(5):
            asked = number * 100 + round_
            message = {"role": "user", "content": str(asked)}
            with client.chat.run_tools(model="m", messages=[message], tools=[adds]) as run:
                texts[asked] = run.until_done().text

    with Simulator(answer) as sim, Mistral("key", server_url=sim.url) as client:
        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == {a: f"It is {a + 1}." for n in range(4) for a in range(n * 100, n * 100 + 5)}
