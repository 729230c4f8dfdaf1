"""What every library does here, against the simulator; each program says how its library does it.

A check is a function, or a coroutine function, of the simulator's address. The name of each that
held is printed, on a line of its own that says so.
"""

import asyncio
import inspect
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx2
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
TIMEOUT = 1
"""Seconds: the timeout of the calls that `failing` makes."""
THROUGH = {
    "unreachable": httpx2.ConnectError,
    "timeout": httpx2.ReadTimeout,
    "cut": httpx2.RemoteProtocolError,
}
"""What is seen where a library lets this client's errors through."""


class City(BaseModel):
    """The form that structured output is asked for in."""

    name: str
    population: int


def main(**checks):
    """Run the checks that a program has, by the names of the functions below."""
    for name, check in checks.items():
        globals()[f"_{name}"](check)
        held(name)


def failing(check, *, events=5, **seen):
    """Check what a user sees when the connection fails, by the name of the failure.

    Args:
        check: A call with `TIMEOUT`.
        events: How many arrive before a cut.
        seen: The class that is raised when the server is `unreachable`, at a `timeout`, when the
            stream is `cut`; `None` where the library answers all the same.
    """
    for name, expected in seen.items():
        with _failing_server(name, events) as url:
            if expected is None:
                _run(check, url)
            else:
                _raises(check, url, expected, THROUGH[name])
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
        assert (run := _run(check, sim.url)).startswith(FIRST_LINE), run
        assert sim.requests[0].json["stream"] is True


def _tool(check):
    call = Reply(calls=(Call(name="get_weather", arguments=CITY),))
    with Simulator([Scenario(call), Scenario(Reply(text=SUNNY))]) as sim:
        assert (got := _run(check, sim.url)) == CITY, got
        sent = sim.requests[0].json
        assert sent["tools"][0]["function"]["name"] == "get_weather"
        assert sent["stream"] is True


def _structured(check):
    with Simulator() as sim:
        assert isinstance(got := _run(check, sim.url), City), got


def _error(check):
    refusal = faults.Status(status=429, retry_after=0.01, form="ms")
    with Simulator(Scenario(faults=[refusal])) as sim:
        _raises(check, sim.url, BaseException, MistralClientError)
    with Simulator(Scenario("poem", faults=[faults.Truncate(at=At(event=1))])) as sim:
        _raises(check, sim.url, BaseException, MistralClientError)


def _cancelled(check):
    """The connection is given up while the server still holds the answer back."""
    with Simulator(Scenario("poem", faults=[faults.Stall(at=At(event=8))])) as sim:
        _run(check, sim.url)
        sim.requests[0].closed.wait(10)


@contextmanager
def _failing_server(name, events):
    """The address of a server that fails in the way named."""
    with ExitStack() as servers:
        # An error names the port, and strands takes one that has 429 in it for throttling.
        while "429" in (url := servers.enter_context(_server(name, events))):
            pass
        yield url


@contextmanager
def _server(name, events):
    if name == "unreachable":
        with socket.socket() as deaf:  # bound, so that nobody else gets the port
            deaf.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{deaf.getsockname()[1]}"
        return
    fault = faults.Stall() if name == "timeout" else faults.Cut(at=At(event=events))
    with Simulator(Scenario(faults=[fault])) as sim:
        yield sim.url


def _run(check, url):
    if inspect.iscoroutinefunction(check):
        return asyncio.run(check(url))
    return check(url)


def _raises(check, url, expected, cause):
    """An error of ours that is a `cause` comes out, in the class that is expected.

    A mistake that the library makes on its way out is no handling.
    """
    try:
        got = _run(check, url)
    except expected as error:
        chain = list(_chain(error))
        ours = [e for e in chain if isinstance(e, MistralClientError)]
        mistakes = [e for e in chain if isinstance(e, AttributeError | TypeError)]
        if mistakes or not any(isinstance(e, cause) for e in ours):
            raise
    else:
        raise AssertionError(f"no error, but {got!r}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, those in its group and those that led to it."""
    while error is not None:
        yield error
        for inner in getattr(error, "exceptions", ()):
            yield from _chain(inner)
        error = error.__cause__ or error.__context__
