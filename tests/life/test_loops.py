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
from support.life import RUN, serving
from support.serving import ASK, DONE, chunk, event

MAIN = """
async def answer():
    stream = await client.chat.stream_async(**ask)
    return text([event async for event in stream])

async def main():
    say(await answer(), await answer())
"""
ALL_KINDS = ["asyncio", "uvloop", "trio", "asyncio", "uvloop", "trio", "asyncio"]


@pytest.mark.parametrize(
    "loops",
    [["asyncio"] * 5, ["uvloop"] * 5, ALL_KINDS],
    ids=["five", "five of uvloop", "of every kind"],
)
def test_loops_follow_each_other_and_the_program_ends_without_a_word(start, monkeypatch, loops):
    if "uvloop" in loops:
        pytest.importorskip("uvloop")
    with serving("auto", monkeypatch, tls=True) as sim:
        program = start("\n".join([MAIN, *map(RUN.__getitem__, loops)]))
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


# --- a fork ------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")

BETWEEN_LOOPS = f"""
{MAIN}
asyncio.run(main())
say(text(client.chat.stream(**ask)))
child = os.fork()
if child:
    say("child", os.waitpid(child, 0)[1])
say(text(client.chat.stream(**ask)))
asyncio.run(main())
"""


@needs_fork
def test_after_a_fork_each_process_has_connections_of_its_own(start, monkeypatch, tls):
    answers = ["Hello there Hello there", "Hello there"]
    with serving("auto", monkeypatch, tls=tls) as sim:
        ended = start(BETWEEN_LOOPS).end()
        assert ended == ([*answers, *reversed(answers), "child 0", *reversed(answers)], "", 0)
        connections = [request.connection for request in sim.requests]
        sim.wait_for_connections()
    childs, parents = [3, 4, 4], [2, 5, 5]
    assert connections == [1, 1, 2, *childs, *parents]


CHILDREN = """
def ask_for_another():
    with client.chat.stream(**ask) as another:
        say(text([next(another)]))

with client.chat.stream(**ask) as stream:
    say(text([next(stream)]))
    for do in (gc.collect, stream.close, client.close, ask_for_another, sys.exit):
        child = os.fork()
        if not child:
            do()
            del stream
            gc.collect()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    say("no child is left")
    say(text(stream), stream.end_reason)
"""
CHILD_OF_A_LOOP = """
async def main():
    async with client.chat.stream_async(**ask) as stream:
        say(text([await anext(stream)]))
        child = os.fork()
        if not child:
            del stream
            gc.collect()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        say("no child is left")
        say(text([event async for event in stream]), stream.end_reason)
"""
PROGRAMS = {"sync": CHILDREN, **{name: CHILD_OF_A_LOOP + run for name, run in RUN.items()}}


@needs_fork
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_stream_goes_on_whatever_the_children_of_a_fork_do(start, monkeypatch, program):
    if "uvloop" in program:
        pytest.importorskip("uvloop")
    gate = Gate()
    streams = Answer(body=[event(chunk("Hel")), gate, event(chunk("lo", "stop")), DONE])
    with serving(streams, monkeypatch, tls=True) as sim:
        running = start(program)
        said = [running.says()]
        while said[-1] != "no child is left":
            said.append(running.says())
        assert not sim.requests[0].closed.is_set()
        gate.open()
        assert running.end() == (["lo done"], "", 0)
        childs = ["Hel"] if program == CHILDREN else []
        assert said == ["Hel", *childs, "no child is left"]
        assert [request.connection for request in sim.requests] == [1, 2][: len(said) - 1]
