"""One client in many event loops, one after the other, and on both sides of a fork."""

import asyncio
import gc
import os
import weakref

import pytest
import trio
from anyio import lowlevel

from mistralai import Mistral
from mistralai.simulator import Answer, Gate
from support.life import LOOPS, serving
from support.serving import ASK, DONE, chunk, event

MANY = [*["asyncio"] * 3, *["uvloop"] * 3, "trio", "asyncio", "uvloop", "trio", "asyncio"]


@pytest.mark.parametrize(
    ("loops", "end"), [(MANY, "open"), (["asyncio"] * 2, "closed")], ids=["left open", "closed"]
)
def test_loops_follow_each_other_and_the_program_ends_without_a_word(
    start, monkeypatch, loops, end
):
    loops = [loop for loop in loops if loop in LOOPS]
    with serving("auto", monkeypatch, tls=True) as sim:
        program = start("loops.py", f"{','.join(loops)}:{end}")
        assert program.end() == (["Hello there Hello there"] * len(loops), "", 0)
        connections = [request.connection for request in sim.requests]
        sim.wait_for_connections()
    assert connections == [loop for loop in range(1, len(loops) + 1) for _ in range(2)]


@pytest.mark.parametrize(
    "run", [lambda main: asyncio.run(main()), trio.run], ids=["asyncio", "trio"]
)
def test_a_loop_that_is_over_is_not_kept(monkeypatch, run):
    """Else a program that runs many, one after the other, keeps them all."""

    async def main():
        await client.chat.complete_async(**ASK)
        return weakref.ref(lowlevel.current_token().native_token)

    with serving("auto", monkeypatch):
        client = Mistral()
        loops = [run(main) for _ in range(3)]
        gc.collect()
        assert [loop() for loop in loops] == [None] * 3


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # asyncio's, of its own sockets
def test_a_call_that_waits_for_its_head_ends_with_its_loop_without_a_word(monkeypatch):
    gate = Gate()

    async def main():
        call = asyncio.ensure_future(Mistral().chat.complete_async(**ASK))
        await gate.reached.wait_async()
        return call

    with serving(Answer(before=[gate]), monkeypatch) as sim:
        loop = asyncio.new_event_loop()
        call = loop.run_until_complete(main())
        loop.close()
        del call, loop
        while not sim.requests[0].closed.is_set():  # a thread of the loop may have to end before
            gc.collect()  # what is raised in there fails the test


# --- a fork ------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
plain_and_tls = pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])


@needs_fork
@plain_and_tls
def test_after_a_fork_each_process_has_connections_of_its_own(start, monkeypatch, tls):
    answers = ["Hello there Hello there", "Hello there"]
    with serving("auto", monkeypatch, tls=tls) as sim:
        ended = start("forked_between_loops.py").end()
        assert ended == ([*answers, *reversed(answers), "child 0", *reversed(answers)], "", 0)
        connections = [request.connection for request in sim.requests]
        sim.wait_for_connections()
    childs, parents = [3, 4, 4], [2, 5, 5]
    assert connections == [1, 1, 2, *childs, *parents]


def streams_with_a_gate():
    """Streams that stop after their first event, until the gate is opened."""
    gate = Gate()
    return gate, Answer(body=[event(chunk("Hel")), gate, event(chunk("lo", "stop")), DONE])


@needs_fork
@plain_and_tls
def test_a_stream_continues_whatever_the_children_of_a_fork_do(start, monkeypatch, tls):
    gate, streams = streams_with_a_gate()
    with serving(streams, monkeypatch, tls=tls) as sim:
        running = start("forked_with_a_stream.py")
        assert [running.says() for _ in range(3)] == ["Hel", "Hel", "no child is left"]
        assert not sim.requests[0].closed.is_set()
        gate.open()
        assert running.end() == (["lo done", "Hello"], "", 0)
        assert [request.connection for request in sim.requests] == [1, 2, 1]


@needs_fork
@pytest.mark.parametrize("loop", LOOPS)
def test_a_stream_of_a_loop_continues_whatever_the_child_of_a_fork_does(start, monkeypatch, loop):
    gate, streams = streams_with_a_gate()
    with serving(streams, monkeypatch, tls=True) as sim:
        running = start("forked_in_a_loop.py", loop)
        assert [running.says() for _ in range(2)] == ["Hel", "no child is left"]
        assert not sim.requests[0].closed.is_set()
        gate.open()
        assert running.end() == (["lo done"], "", 0)
        assert [request.connection for request in sim.requests] == [1]
