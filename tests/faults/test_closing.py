"""Every way to leave a stream: the server sees it at once, and nothing is written to stderr.

Each program leaves streams that fell silent after their first text, says so, and waits until the
test has seen that the connection is closed.
"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from mistralai import Mistral
from mistralai.client._call.retry import BackoffStrategy, RetryConfig
from mistralai.client._call.steps import Close
from mistralai.simulator import Answer, Simulator, Wire
from support.faults import STREAM, quickly
from support.flows import ByHand, answers, fails
from support.programs import STRICT
from support.serving import ASK

PRELUDE = """
import logging, sys, threading
from mistralai import Mistral

logging.getLogger("asyncio").setLevel("ERROR")  # its debug mode says of imports that they are slow
client = Mistral()
ask = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}

def left(stream):
    print(stream.end_reason, stream.snapshot.choices[0].message.content, flush=True)
    sys.stdin.readline()
"""

LEAVES = """
with client.chat.stream(**ask) as stream:  # by break
    for event in stream:
        if event.data.choices[0].delta.content:
            break
left(stream)

try:  # by an exception
    with client.chat.stream(**ask) as stream:
        for event in stream:
            if event.data.choices[0].delta.content:
                raise LookupError
except LookupError:
    left(stream)

stream = client.chat.stream(**ask)  # by close
next(stream), next(stream)
stream.close()
left(stream)

stream = client.chat.stream(**ask)  # by close from another thread
next(stream), next(stream)
reader = threading.Thread(target=list, args=[stream])
reader.start()
stream.close()
reader.join()
left(stream)

with client:  # with its client
    stream = client.chat.stream(**ask)
    next(stream), next(stream)
stream.close()
left(stream)
"""

LEAVES_ASYNC = """
import anyio

async def main():
    async with client.chat.stream_async(**ask) as stream:  # by break
        async for event in stream:
            if event.data.choices[0].delta.content:
                break
    left(stream)

    try:  # by an exception
        async with client.chat.stream_async(**ask) as stream:
            async for event in stream:
                if event.data.choices[0].delta.content:
                    raise LookupError
    except LookupError:
        left(stream)

    async def read(*, task_status):
        async for event in stream:
            if event.data.choices[0].delta.content:
                task_status.started()

    stream = await client.chat.stream_async(**ask)  # by cancellation
    async with anyio.create_task_group() as group:
        await group.start(read)
        group.cancel_scope.cancel()
    left(stream)

    stream = await client.chat.stream_async(**ask)  # by close from another task
    async with anyio.create_task_group() as group:
        await group.start(read)
        await stream.close()
    left(stream)

    async with client:  # with its client
        stream = await client.chat.stream_async(**ask)
        await anext(stream), await anext(stream)
    await stream.close()
    left(stream)
"""

IS_INTERRUPTED = """
try:
    with client.chat.stream(**ask) as stream:
        next(stream), next(stream)
        print("reading", flush=True)
        next(stream)
except KeyboardInterrupt:
    left(stream)
"""

IS_INTERRUPTED_ASYNC = """
async def main():
    global stream
    async with client.chat.stream_async(**ask) as stream:
        await anext(stream), await anext(stream)
        print("reading", flush=True)
        await anext(stream)

try:
    {}
except KeyboardInterrupt:
    left(stream)
"""

RUN = {"asyncio": "import asyncio; asyncio.run(main())", "trio": "import trio; trio.run(main)"}


@pytest.fixture
def run():
    """Begin a program against a server whose streams fall silent after their first text."""
    with Simulator(Answer(body=STREAM[:2], ending="hang")) as sim:

        def run(program):
            return sim, subprocess.Popen(
                [sys.executable, *STRICT, "-c", PRELUDE + program],
                env={**os.environ, "MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

        yield run


def check_left(sim, process, times=1):
    """See that the server was left while the program goes on, and that it said nothing."""
    for left in range(times):
        assert process.stdout.readline() == "closed Hel\n"
        sim.requests[left].closed.wait()
        process.stdin.write("\n")
        process.stdin.flush()
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize(
    "program",
    [LEAVES, *(f"{LEAVES_ASYNC}\n{run}" for run in RUN.values())],
    ids=["sync", *RUN],
)
def test_leaving_a_stream_closes_its_connection_without_a_word(run, program):
    sim, process = run(program)
    with process:
        check_left(sim, process, times=5)


@pytest.mark.skipif(sys.platform == "win32", reason="a console's interrupt is sent otherwise")
@pytest.mark.parametrize(
    "program",
    [IS_INTERRUPTED, *(IS_INTERRUPTED_ASYNC.format(run) for run in RUN.values())],
    ids=["sync", *RUN],
)
def test_ctrl_c_closes_its_connection_without_a_word(run, program):
    sim, process = run(program)
    with process:
        assert process.stdout.readline() == "reading\n"
        process.send_signal(signal.SIGINT)
        check_left(sim, process)


def asked_again():
    """A stream that breaks before it has content, and then a server that says nothing."""
    return Simulator([Answer(body=STREAM[:1], ending="cut"), Wire([], "hang")])


def test_a_stream_that_is_asked_for_again_can_be_closed_from_another_thread():
    with asked_again() as sim, Mistral("key", server_url=sim.url) as client:
        stream = client.chat.stream(**ASK, retries=quickly())
        with ThreadPoolExecutor(1) as threads:
            reading = threads.submit(list, stream)
            sim.wait_for_requests(2)
            stream.close()
            sim.requests[1].closed.wait()
            assert reading.result(10) == []
    assert stream.end_reason == "closed"


@pytest.mark.anyio
async def test_a_stream_that_is_asked_for_again_can_be_closed_from_another_task():
    with asked_again() as sim:
        async with Mistral("key", server_url=sim.url) as client:
            stream = await client.chat.stream_async(**ASK, retries=quickly())
            left = []

            async def read():
                left.extend([event async for event in stream])
                left.append("ended")

            async with anyio.create_task_group() as group:
                group.start_soon(read)
                await anyio.to_thread.run_sync(sim.wait_for_requests, 2)
                await stream.close()
                await sim.requests[1].closed.wait_async()
            assert (left, stream.end_reason) == (["ended"], "closed")


@pytest.mark.anyio
async def test_a_stream_that_waits_to_be_asked_for_again_can_be_closed_from_another_task():
    waits = BackoffStrategy(30_000, 30_000, 1.0, 60_000, 0)
    retries = RetryConfig("backoff", waits, retry_connection_errors=True)
    with asked_again() as sim:
        async with Mistral("key", server_url=sim.url, debug_logger=Waiting()) as client:
            stream = await client.chat.stream_async(**ASK, retries=retries)
            async with anyio.create_task_group() as group:
                group.start_soon(anext, stream, None)
                await client.sdk_configuration.debug_logger.began.wait()
                await stream.close()
        assert len(sim.requests) == 1
    assert stream.end_reason == "closed"


class Waiting:
    """A logger that knows when a call begins to wait for its next attempt."""

    def __init__(self):
        self.began = anyio.Event()

    def debug(self, _, line):
        if "retrying in" in line:
            self.began.set()


def test_a_stream_that_is_closed_as_its_connection_is_given_up_waits_for_nothing():
    hand = ByHand(answers(STREAM[0], fails("broken")))
    call = hand.stream_call
    hand.network.run(call.open())
    steps = call.pump()
    hand.network.run_to(Close, steps)
    call.mark_closed()
    hand.network.run(steps)
    assert hand.sleeps == []
