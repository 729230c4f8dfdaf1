# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Runs with tools as programs write them, which both type checkers must accept."""

from typing import Annotated, Any, Literal, assert_type

from pydantic import BaseModel

from mistralai.client import Mistral
from mistralai.client._api.pending import PendingStream
from mistralai.client.deltas import (
    ApprovalNeeded,
    RunDelta,
    StepEnd,
    StepStart,
    TextDelta,
    ToolFailure,
    ToolResult,
    ToolStart,
)
from mistralai.client.models import ContentChunk, UsageInfo
from mistralai.tools import (
    LATER,
    CheckedCall,
    EndReason,
    PendingCall,
    RunStep,
    ToolContext,
    ToolError,
    ToolLoopError,
    ToolRun,
    ToolRunAsync,
    Verdict,
    tool,
)


class Town(BaseModel):
    name: str


def weather(city: Annotated[str, "Name of a town"], unit: Literal["C", "F"] = "C") -> str:
    """Say how the weather is."""
    if not city:
        raise ToolError("which town?")
    return f"fine in {city}, in {unit}"


@tool(name="other", timeout=3.0, alone=True, approve=True)
async def asynchronous(context: ToolContext[int], city: str) -> int:
    assert_type(context.context, int)
    context.stop()
    return context.context + len(city)


def approve(call: CheckedCall, context: ToolContext[Any]) -> Verdict:
    return LATER if call.name == "other" else context.context is not None


def reads(client: Mistral) -> None:
    with client.chat.run_tools(
        model="m", messages=[{"role": "user", "content": "Hello"}], tools=[weather]
    ) as run:
        assert_type(run, ToolRun[None])
        for delta in run.deltas:
            assert_type(delta, RunDelta)
            match delta:
                case TextDelta(text=text):
                    assert_type(text, str)
                case ToolStart(arguments=arguments) | ApprovalNeeded(arguments=arguments):
                    assert_type(arguments, dict[str, Any])
                case ToolResult(content=content):
                    assert_type(content, str | list[ContentChunk])
                case ToolFailure(message=message):
                    assert_type(message, str)
                case StepStart(step=step) | StepEnd(step=step):
                    assert_type(step, int)
                case _:
                    pass
        for piece in run.text_stream:
            assert_type(piece, str)
    assert_type(run.until_done(), ToolRun[None])
    assert_type(run.end_reason, EndReason | None)
    assert_type(run.usage, UsageInfo | None)
    assert_type(run.pending, list[PendingCall])
    assert_type(run.steps, list[RunStep])
    again = client.chat.run_tools(
        model="m", messages=run.messages, tools=[weather], decisions={"a": True}, threads=4
    )
    assert_type(again, ToolRun[None])
    parsed = client.chat.run_tools(
        model="m",
        messages=run.messages_for("And now?"),
        tools=[
            weather,
            {"type": "function", "function": {"name": "elsewhere", "parameters": {}}},
        ],
        response_format=Town,
        approve=approve,
        on_tool_error="report",
    )
    assert_type(parsed.get_final_parsed(), Town)
    towns = client.agents.run_tools(
        agent_id="a", messages=run.messages, tools=[weather], response_format=list[Town]
    )
    assert_type(towns.get_final_parsed(), list[Town])


async def awaits(client: Mistral) -> None:
    pending = client.chat.run_tools_async(
        model="m",
        messages=[{"role": "user", "content": "Hello"}],
        tools=[weather, asynchronous],
        response_format=Town,
        context=3,
    )
    assert_type(pending, PendingStream[ToolRunAsync[Town]])
    async with pending as run:
        async for delta in run:
            assert_type(delta, RunDelta)
        async for piece in run.text_stream:
            assert_type(piece, str)
    assert_type(await run.get_final_parsed(), Town)
    try:
        await run.until_done()
    except ToolLoopError as error:
        assert_type(error.run, ToolRun[Any] | ToolRunAsync[Any] | None)
    assert_type(
        await asynchronous(ToolContext(1, CheckedCall("a", "b", {}), lambda: None), "x"), int
    )
