"""Runs that are closed, cancelled or abandoned."""

import asyncio
import gc
import threading
from typing import Any

import anyio
import pytest
from pydantic_core import to_jsonable_python

from mistralai import Mistral
from mistralai.client.deltas import FinishDelta, StepStart, TextDelta, ToolFailure, ToolStart
from mistralai.simulator import Answer, Gate, Simulator
from mistralai.simulator.api.messages import check
from mistralai.tools import ToolLoopError, ToolRunAsync
from support.chunks import chunk_of
from support.serving import event
from support.tools import USER, call, calls, in_every_colour, says


def weather(city: str) -> str:
    return f"fine in {city}"


@in_every_colour
def test_a_run_may_be_closed_after_any_delta(runs, subtests):
    ran = []

    def notes(city: str) -> str:
        ran.append(city)
        return "noted"

    made = calls(call("notes", city="Rome"), call("notes", city="Oslo"))

    def answer(request: Any) -> Any:
        roles = [message["role"] for message in request.json["messages"]]
        return made if roles == ["user"] else says("I am fine.")

    runs.serve(answer)
    count = len(runs.read(runs.start([notes])))
    for taken in range(count + 1):
        with subtests.test(taken=taken):
            ran.clear()
            run = runs.start([notes])
            deltas = [runs.next(run) for _ in range(taken)]
            before = list(ran)
            runs.close(run)
            runs.close(run)
            assert runs.read(run) == []
            assert ran == before
            whole = FinishDelta(0, "stop") in deltas
            assert run.end_reason == ("stop" if whole else "closed")
            if not whole:
                with pytest.raises(ToolLoopError, match="closed before its end"):
                    runs.call(run.until_done)
            of_step = deltas[deltas.index(StepStart(2)) :] if StepStart(2) in deltas else []
            assert run.text == "".join(d.text for d in of_step if isinstance(d, TextDelta))
            check(to_jsonable_python(run.messages_for("Well?")))
            again = runs.start([notes], messages=[*run.messages, *([USER] if whole else [])])
            assert runs.call(again.until_done).text.endswith("I am fine.")


@in_every_colour
def test_a_run_that_was_not_begun_sends_nothing(runs):
    runs.serve(says("Hello."))
    run = runs.start([weather])
    runs.close(run)
    assert runs.read(run) == []
    assert (run.end_reason, run.messages, run.usage, run.steps) == ("closed", [USER], None, [])
    assert runs.bodies() == []


def test_close_wakes_a_synchronous_reader_from_another_thread():
    gate = Gate()
    body = [event(chunk_of({"content": "Hel"})), gate]
    with Simulator(Answer(body=body)) as sim, Mistral("key", server_url=sim.url) as client:
        run = client.chat.run_tools(model="m", messages=[USER], tools=[weather])
        read = []
        received = threading.Event()

        def read_all() -> None:
            for delta in run:
                read.append(delta)
                if isinstance(delta, TextDelta):
                    received.set()

        thread = threading.Thread(target=read_all)
        thread.start()
        received.wait()
        run.close()
        thread.join(10)
        assert not thread.is_alive()
        gate.open()
    assert [type(d) for d in read] == [StepStart, TextDelta]
    assert (run.end_reason, run.text, run.messages[-1].content) == ("closed", "Hel", "Hel")


def test_a_run_is_closed_also_if_its_reader_stops_at_the_same_time():
    def breaks() -> None:
        raise LookupError

    def told(*_: object) -> str:
        closer = threading.Thread(target=run.close)
        closer.start()
        closer.join()
        return "gone"

    with Simulator([calls("breaks")]) as sim, Mistral("key", server_url=sim.url) as client:
        run = client.chat.run_tools(model="m", messages=[USER], tools=[breaks], on_tool_error=told)
        assert any(isinstance(delta, ToolFailure) for delta in run)
        assert (run.end_reason, list(run)) == ("closed", [])


def test_close_wakes_a_synchronous_run_that_waits_for_threads():
    begun, never = threading.Event(), threading.Event()

    def hangs() -> None:
        begun.set()
        never.wait(30)
        assert never.is_set()

    with Simulator([calls("hangs")]) as sim, Mistral("key", server_url=sim.url) as client:
        run = client.chat.run_tools(model="m", messages=[USER], tools=[hangs], threads=2)
        thread = threading.Thread(target=lambda: list(run))
        thread.start()
        begun.wait()
        run.close()
        never.set()  # the result is dropped, because the run was woken before it
        thread.join(10)
    assert run.end_reason == "closed"
    assert run.messages[-1].content == "cancelled while it ran"


def test_a_run_cannot_be_read_twice_at_the_same_time():
    def reads() -> str:
        with pytest.raises(RuntimeError, match="being read already"):
            next(run)
        run.close()
        return "kept"

    with Simulator([calls("reads")]) as sim, Mistral("key", server_url=sim.url) as client:
        run = client.chat.run_tools(model="m", messages=[USER], tools=[reads])
        for _ in run:
            pass
    assert (run.end_reason, run.messages[-1].content) == ("closed", "kept")


def test_an_interrupt_leaves_a_valid_history():
    def interrupted() -> None:
        raise KeyboardInterrupt

    def never() -> None:
        raise AssertionError

    for threads in (None, 2):
        with (
            Simulator([calls("interrupted", "never")]) as sim,
            Mistral("key", server_url=sim.url) as client,
        ):
            tools = [interrupted, never][: 2 if threads is None else 1]
            run = client.chat.run_tools(model="m", messages=[USER], tools=tools, threads=threads)
            with pytest.raises(KeyboardInterrupt):
                list(run)
        assert run.end_reason == "closed"
        contents = [m.content for m in run.messages[2:]]
        assert contents[0] == "cancelled while it ran"
        assert contents[1].startswith("not run: ")


@pytest.mark.anyio
async def test_a_cancelled_run_awaits_its_tools(subtests, recwarn):
    """An async tool is awaited to its end, and so is a thread, whose result is dropped."""
    cleaned = []

    async def hangs() -> None:
        begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
            cleaned.append(True)
            release.set()

    entered, release = threading.Event(), threading.Event()

    def in_thread() -> str:
        entered.set()
        release.wait(30)
        return "dropped"

    async def later() -> str:
        raise AssertionError

    ways = ["scope", "aclose"]
    with Simulator([calls("hangs", "in_thread", "later")]) as sim:
        async with Mistral("key", server_url=sim.url) as client:
            for way in ways:
                with subtests.test(way):
                    begun = anyio.Event()
                    entered.clear()
                    release.clear()
                    cleaned.clear()
                    run = await client.chat.run_tools_async(
                        model="m",
                        messages=[USER],
                        tools=[hangs, in_thread, later],
                        max_parallel=2,
                    )

                    async def read(run: ToolRunAsync[None] = run) -> None:
                        async for _ in run:
                            pass

                    async with anyio.create_task_group() as group:
                        group.start_soon(read)
                        await begun.wait()
                        await anyio.to_thread.run_sync(entered.wait)
                        if way == "scope":
                            group.cancel_scope.cancel()
                        else:
                            await run.aclose()
                            assert run.end_reason == "closed"
                    assert cleaned == [True]
                    assert run.end_reason == "closed"
                    contents = [m.content for m in run.messages[2:]]
                    assert contents == [
                        *("cancelled while it ran", "cancelled while it ran", "not run: cancelled")
                    ]
    assert [str(w.message) for w in recwarn] == []


@pytest.mark.anyio
async def test_the_forms_of_an_asynchronous_run(anyio_backend_name):
    with Simulator([says("Hello.")]) as sim:
        async with Mistral("key", server_url=sim.url) as client:
            ask = {"model": "m", "messages": [USER], "tools": [weather]}
            async with client.chat.run_tools_async(**ask) as run:
                assert [text async for text in run.text_stream]
            assert run.text == "Hello."
            run = await client.chat.run_tools_async(**ask)
            assert (await run.until_done()).text == "Hello."
            deltas = [delta async for delta in client.chat.run_tools_async(**ask)]
            assert isinstance(deltas[0], StepStart)
            if anyio_backend_name == "asyncio":
                run = await asyncio.create_task(client.chat.run_tools_async(**ask))
                assert (await run.until_done()).end_reason == "stop"
            with pytest.raises(TypeError, match="asynchronous"):
                iter(client.chat.run_tools_async(**ask))


def test_a_tool_that_is_being_run_is_named_by_the_start():
    with (
        Simulator([calls(call("weather", city="Rome"))]) as sim,
        Mistral("key", server_url=sim.url) as client,
    ):
        with client.chat.run_tools(model="m", messages=[USER], tools=[weather]) as run:
            for delta in run:
                if isinstance(delta, ToolStart):
                    break
        assert run.messages[-1].content == "not run: cancelled"
    gc.collect()
