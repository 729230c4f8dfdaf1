"""Every way to leave a stream: the server sees it at once, and nothing is written to stderr.

Programs leave streams that fell silent after their first text, say so, and wait until the test has
seen that the connection is closed.
"""

from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from mistralai import Mistral
from mistralai.client._call.retry import BackoffStrategy, RetryConfig
from mistralai.client._call.steps import Close
from mistralai.simulator import Answer, Simulator, Wire
from support.faults import STREAM, quickly
from support.flows import ByHand, answers, fails
from support.leaving import check_leaving
from support.serving import ASK


@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
def test_leaving_a_stream_closes_its_connection_without_a_word(monkeypatch, kind):
    check_leaving(monkeypatch, kind, "ours")


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
