"""Runs behind tracers that put a generator in the place of a stream."""

from typing import Any

import pytest

from mistralai.client.chat import Chat
from mistralai.client.deltas import TextDelta
from mistralai.client.errors import MistralClientError
from mistralai.simulator import Scenario, faults
from support.tools import call, calls, in_every_colour, says

STREAM, STREAM_ASYNC = Chat.stream, Chat.stream_async


class Tracer:
    """Counts the events that it sees of each stream, and the streams that ended."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.ended = 0

    def events(self, stream: Any) -> Any:
        self.seen.append(0)
        try:
            for event in stream:
                self.seen[-1] += 1
                yield event
        finally:
            self.ended += 1

    async def events_async(self, stream: Any) -> Any:
        self.seen.append(0)
        try:
            async for event in stream:
                self.seen[-1] += 1
                yield event
        finally:
            self.ended += 1


def opens_at_once(patch: pytest.MonkeyPatch) -> Tracer:
    """A tracer that opens the stream, and returns a generator around it."""
    tracer = Tracer()

    async def stream_async(self: Chat, **params: Any) -> Any:
        return tracer.events_async(await STREAM_ASYNC(self, **params))

    patch.setattr(Chat, "stream", lambda self, **params: tracer.events(STREAM(self, **params)))
    patch.setattr(Chat, "stream_async", stream_async)
    return tracer


def opens_later(patch: pytest.MonkeyPatch) -> Tracer:
    """A tracer that opens the stream when its generator is read."""
    tracer = Tracer()

    def stream(self: Chat, **params: Any) -> Any:
        yield from tracer.events(STREAM(self, **params))

    async def stream_async(self: Chat, **params: Any) -> Any:
        return tracer.events_async(STREAM_ASYNC(self, **params))

    patch.setattr(Chat, "stream", stream)
    patch.setattr(Chat, "stream_async", stream_async)
    return tracer


def weather(city: str) -> str:
    return f"fine in {city}"


TRACERS = (opens_at_once, opens_later)


@in_every_colour
def test_a_run_reads_its_events_through_the_generators_of_a_tracer(runs, subtests):
    answers = [calls(call("weather", city="Rome")), says("It is fine.")]
    _, wanted = runs.run([weather], *answers)
    for tracing in TRACERS:
        with subtests.test(tracing.__name__), pytest.MonkeyPatch.context() as patch:
            tracer = tracing(patch)
            run, deltas = runs.run([weather], *answers)
            assert [type(delta) for delta in deltas] == [type(delta) for delta in wanted]
            assert (run.text, run.end_reason) == ("It is fine.", "stop")
            assert [step.finish_reason for step in run.steps] == ["tool_calls", "stop"]
            assert [step.timing.events for step in run.steps] == tracer.seen
            assert tracer.ended == len(tracer.seen)


@in_every_colour
def test_a_failure_comes_through_the_generator_and_a_closed_run_ends_it(runs, subtests):
    for tracing in TRACERS:
        with subtests.test(tracing.__name__), pytest.MonkeyPatch.context() as patch:
            tracer = tracing(patch)
            runs.serve(Scenario(faults=[faults.Cut()]))
            with pytest.raises(MistralClientError, match="broke after"):
                runs.read(runs.start([weather]))
            runs.serve(says("one two three four"))
            run = runs.start([weather])
            while not isinstance(runs.next(run), TextDelta):
                pass
            runs.close(run)
            assert run.end_reason == "closed"
            assert tracer.ended == len(tracer.seen)


@in_every_colour
def test_a_replacement_that_opens_no_stream_is_refused(runs):
    async def nothing() -> Any:
        for event in ():
            yield event

    async def stream_async(_: Chat, **__: Any) -> Any:
        return nothing()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Chat, "stream", lambda _, **__: iter(()))
        patch.setattr(Chat, "stream_async", stream_async)
        runs.serve(says("Fine."))
        with pytest.raises(TypeError, match="opened no stream"):
            runs.read(runs.start([weather]))
