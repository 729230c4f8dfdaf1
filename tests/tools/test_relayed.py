"""A run as the source of a relay."""

import anyio
import pytest

from mistralai import Mistral
from mistralai.client.deltas import StepEnd, StepStart, ToolFailure, ToolResult, ToolStart
from mistralai.relay import End, MemoryStore, Relay
from mistralai.simulator import Simulator
from support.tools import USER, call, calls, says


@pytest.mark.anyio
async def test_readers_of_a_relay_follow_a_run():
    async def weather(city: str) -> str:
        await anyio.lowlevel.checkpoint()
        return f"fine in {city}"

    with Simulator([calls(call("weather", city="Rome"), call("other")), says("Fine.")]) as sim:
        async with Mistral("key", server_url=sim.url) as client, Relay(MemoryStore()) as relay:
            ask = {"model": "m", "messages": [USER], "tools": [weather]}
            await relay.start("k", lambda: client.chat.run_tools_async(**ask))
            events = [frame.event async for frame in relay.follow("k")]
    kinds = (StepStart, ToolStart, ToolResult, ToolFailure, StepEnd)
    assert [type(e) for e in events if isinstance(e, kinds)] == [
        *(StepStart, ToolStart, ToolResult, ToolFailure, StepEnd, StepStart, StepEnd)
    ]
    assert events[-1] == End("ended")
