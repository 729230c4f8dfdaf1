"""What every library does here, against the simulator; each program says how its library does it.

A check is a function, or a coroutine function, of the simulator's address. The name of each that
held is printed, on a line of its own that says so.
"""

import asyncio
import inspect
import json
from collections.abc import Iterator

from pydantic import BaseModel

from mistralai.errors import MistralClientError
from mistralai.simulator import At, Call, Reply, Scenario, Simulator, faults

MODEL = "mistral-large-latest"
POEM = "Write a short poem about coding."
FIRST_LINE = "A cursor blinks"
QUESTION = "How is the weather in Paris?"
CITY = {"city": "Paris"}
SUNNY = "It is sunny."
_FUNCTION = {"name": "get_weather", "parameters": {"properties": {"city": {"type": "string"}}}}
WEATHER = {"type": "function", "function": _FUNCTION}
"""The tool that answers `QUESTION`, for those who send it themselves."""


class City(BaseModel):
    """The form that structured output is asked for in."""

    name: str
    population: int


def main(**checks):
    """Run the checks that a program has, by the names of the functions below."""
    for name, check in checks.items():
        globals()[f"_{name}"](check)
        held(name)


def called(events):
    """The arguments of the call that this client's events make."""
    calls = [call for event in events for call in event.data.choices[0].delta.tool_calls or ()]
    assert calls[0].function.name == "get_weather"
    return json.loads("".join(call.function.arguments for call in calls))


def held(name):
    """Say that a check held."""
    print(f"\nheld: {name}", flush=True)


def _text(check):
    with Simulator() as sim:
        assert (run := _run(check, sim)).startswith(FIRST_LINE), run
        assert sim.requests[0].json["stream"] is True


def _tool(check):
    call = Reply(calls=(Call(name="get_weather", arguments=CITY),))
    with Simulator([Scenario(call), Scenario(Reply(text=SUNNY))]) as sim:
        assert (got := _run(check, sim)) == CITY, got
        sent = sim.requests[0].json
        assert sent["tools"][0]["function"]["name"] == "get_weather"
        assert sent["stream"] is True


def _structured(check):
    with Simulator() as sim:
        assert isinstance(got := _run(check, sim), City), got


def _error(check):
    refusal = faults.Status(status=429, retry_after=0.01, form="ms")
    with Simulator(Scenario(faults=[refusal])) as sim:
        _raises_ours(check, sim)
    with Simulator(Scenario("poem", faults=[faults.Truncate(at=At(event=1))])) as sim:
        _raises_ours(check, sim)


def _cancelled(check):
    """The connection is given up while the server still holds the answer back."""
    with Simulator(Scenario("poem", faults=[faults.Stall(at=At(event=8))])) as sim:
        _run(check, sim)
        sim.requests[0].closed.wait(10)


def _run(check, sim):
    if inspect.iscoroutinefunction(check):
        return asyncio.run(check(sim.url))
    return check(sim.url)


def _raises_ours(check, sim):
    """An error of ours comes out, be it in a class of the library's own."""
    ours = False
    try:
        _run(check, sim)
    except BaseException as error:
        ours = any(isinstance(e, MistralClientError) for e in _chain(error))
        if not ours:
            raise
    assert ours, "no error"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, those in its group and those that led to it."""
    while error is not None:
        yield error
        for inner in getattr(error, "exceptions", ()):
            yield from _chain(inner)
        error = error.__cause__ or error.__context__
