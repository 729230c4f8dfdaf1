"""Sources of answers: every kind, cut anywhere, and what readers are told of an error."""

import asyncio
import inspect
import logging
import re

import anyio
import pytest

from mistralai import Mistral
from mistralai.client import Timeouts
from mistralai.deltas import FinishDelta, TextDelta, ToolCallDelta, ToolStart, UsageDelta
from mistralai.relay import AlreadyRunningError, End, Opened, Relay
from mistralai.simulator import Answer, Gate, Simulator
from support.interpreter import modules_after
from support.pages import DOCS, printed_on
from support.relay import HELLO, KEY, Script, ended, read
from support.serving import ASK, DONE, chunk, event
from support.tools import call, calls, says

pytestmark = pytest.mark.anyio
IN_STEPS = {TextDelta, ToolCallDelta, FinishDelta, UsageDelta}
SECRET = "sk-secret-of-the-server"  # also in the words of the server


@pytest.fixture
def anyio_backend():
    """Where a test does not depend on the event loop, one is enough."""
    return "asyncio"


@pytest.fixture
async def relay():
    async with Relay(now=lambda: 17.5, new_id=lambda: "made") as relay:
        yield relay


async def events_of(relay, source, **settings):
    """The events of an answer, read to its end."""
    await relay.start(KEY, source, **settings)
    return [frame.event for frame in (await read(relay)).frames]


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_every_kind_of_source_gives_the_same_events(subtests, relay):
    with Simulator() as sim:
        async with Mistral(SECRET, server_url=sim.url) as client:

            def pending():
                return client.chat.stream_async(**ASK)

            async def pending_later():
                return pending()

            async def stream():
                return await pending()

            async def events():
                async with pending() as stream:
                    async for event in stream:
                        yield event

            async def chunks():
                async for event in pending():
                    yield event.data

            whole = await events_of(relay, pending)
            assert isinstance(whole[0], Opened)
            assert (whole[0].model, "".join(d.text for d in whole[1:3])) == ("m", "Hello there")
            assert [type(event).__name__ for event in whole[3:]] == [
                "FinishDelta",
                "UsageDelta",
                "End",
            ]
            kinds = {
                "pending": pending(),
                "open": await pending(),
                "coroutine": stream(),
                "function of a coroutine": stream,
                "function of a pending one": pending_later,
                "generator": events(),
                "function of a generator": events,
                "chunks": chunks,
            }
            for name, source in kinds.items():
                with subtests.test(name):
                    assert await events_of(relay, source) == whole
            with subtests.test("deltas"):
                deltas = await events_of(relay, (await pending()).deltas, message_id="mine")
                assert deltas == [Opened("mine", None, 17), *whole[1:]]
            with subtests.test("an id of the application"):
                assert (await events_of(relay, pending, message_id="mine"))[0].id == "mine"


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_run_with_tools_is_a_source_and_a_stop_cancels_its_tools(subtests, relay):
    cancelled = anyio.Event()

    async def add(a: int, b: int) -> int:
        if b:
            return a + b
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()

    answers = [calls(call("add", a=1, b=2)), says("3"), calls(call("add", a=1, b=0))]
    with Simulator(answers) as sim:
        async with Mistral("key", server_url=sim.url) as client:

            def run():
                return client.chat.run_tools_async(**ASK, tools=[add])

            with subtests.test("to its end"):
                opened, *deltas, end = await events_of(relay, run)
                names = [type(delta).__name__ for delta in deltas if type(delta) not in IN_STEPS]
                first = ["StepStart", "ToolStart", "ToolResult", "StepEnd"]
                assert names == [*first, "StepStart", "StepEnd"]
                assert (opened.id, opened.model, end) == ("made", None, End("ended"))
                assert [delta.text for delta in deltas if isinstance(delta, TextDelta)] == ["3"]
            with subtests.test("stopped while a tool runs"):
                await relay.start(KEY, run)
                frames = relay.follow(KEY)
                while not isinstance((await anext(frames)).event, ToolStart):
                    pass
                assert await relay.stop(KEY) == "stopped"
                assert cancelled.is_set()


async def test_a_source_may_say_what_it_knows_of_its_answer(relay):
    known = Opened("known", "m", 3)
    assert await events_of(relay, ended(known, *HELLO)) == [known, *HELLO, End("ended")]


CALL = [{"id": "9", "function": {"name": "add", "arguments": '{"a": 1}'}}]
EVENTS = [
    event(chunk("", model="m")),
    event(chunk([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}])),
    event(chunk("Hel")),
    event(chunk("lo")),
    event({"id": "1", "choices": [{"index": 0, "delta": {"tool_calls": CALL}}]}),
    event(chunk("", "tool_calls")),
    DONE,
]


async def test_an_answer_cut_at_any_event_is_truncated_after_what_came(subtests, relay):
    cuts = [Answer(body=EVENTS[:cut]) for cut in range(len(EVENTS) + 1)]
    with Simulator(cuts) as sim:
        async with Mistral("key", server_url=sim.url, retry_config=None) as client:
            for cut in range(len(EVENTS) + 1):
                with subtests.test(f"after {cut}"):
                    _, *events, end = await events_of(
                        relay, lambda: client.chat.stream_async(**ASK)
                    )
                    assert len(events) == min(max(0, cut - 1), 5)
                    assert end.status == ("truncated" if cut < len(EVENTS) - 1 else "ended")


ERRORS = {
    "400": (Answer.of_json({"message": SECRET}, status=400), "refused"),
    "401": (Answer.of_json({"message": SECRET}, status=401), "may not use"),
    "429": (Answer.of_json({"message": SECRET}, status=429), "too much to do"),
    "500": (Answer.of_json({"message": SECRET}, status=500), "with an error"),
    "no JSON": (Answer(body=[event(chunk("Hel")), b"data: sk-secret\n\n"]), "with an error"),
    "error event": (
        Answer(body=[event(chunk("Hel")), event({"error": {"message": SECRET}})]),
        "",
    ),
    "finish reason": (Answer(body=[event(chunk(SECRET[:0], "error")), DONE]), "with an error"),
    "no first event": (Answer(body=[Gate()]), "in time"),
    "silence": (Answer(body=[event(chunk("Hel")), Gate()]), "in time"),
}


async def test_readers_are_told_of_an_error_in_a_sentence_without_key_or_server(
    subtests, relay, caplog
):
    limits = Timeouts(first_event=0.05, idle=0.05)
    for name, (answer, words) in ERRORS.items():
        caplog.clear()
        with subtests.test(name), Simulator(answer) as sim:
            async with Mistral(
                SECRET, server_url=sim.url, timeouts=limits, retry_config=None
            ) as client:
                opened, *_, end = events = await events_of(
                    relay, lambda: client.chat.stream_async(**ASK)
                )
            assert isinstance(opened, Opened)
            assert end.status == "failed"
            assert words in end.message
            assert end.message.endswith(".")
            assert "sk-secret" not in repr(events)
            logged = {record.name for record in caplog.records if record.levelno >= logging.ERROR}
            assert logged == {"mistralai.relay.producer"}
            assert SECRET not in caplog.text


async def test_an_exception_of_the_application_is_logged_and_not_told(relay, caplog):
    events = await events_of(relay, ended(HELLO[0], ValueError("a table is missing")))
    assert events[1:] == [
        HELLO[0],
        End("failed", "The application ended the answer with an error."),
    ]
    (record,) = caplog.records
    assert (record.levelno, record.exc_info[0]) == (logging.ERROR, ValueError)


async def test_deltas_that_finish_with_an_error_are_a_failed_answer(relay, caplog):
    *_, end = await events_of(relay, ended(HELLO[0], FinishDelta(0, "error")))
    assert end == End("failed", "The model answered with an error.")
    assert "its finish reason is 'error'" in caplog.text


async def test_what_is_not_a_source_is_refused(subtests, relay, caplog):
    for wrong in (None, "text", [TextDelta(0, "x")], iter(HELLO)):
        with subtests.test(repr(wrong)), pytest.raises(TypeError, match="the source of an answer"):
            await relay.start(KEY, wrong)
    for name, wrong, words in [
        ("a function of none", lambda: 3, "gave int"),
        ("text", ended("text"), "yielded str"),
        ("an end", ended(End("ended")), "yielded End"),
        ("two openings", ended(Opened("a", None, 1), Opened("b", None, 1)), "yielded Opened"),
    ]:
        caplog.clear()
        with subtests.test(name):
            assert (await events_of(relay, wrong))[-1].status == "failed"
            assert words in caplog.text
    for key, error in (("", ValueError), (7, TypeError)):
        with pytest.raises(error, match="the key of an answer"):
            await relay.start(key, ended())


async def test_a_synchronous_stream_is_closed_and_the_log_says_what_to_give(relay, caplog):
    stream = (word for word in ("Hel", "lo"))
    assert (await events_of(relay, lambda: stream))[-1].status == "failed"
    assert inspect.getgeneratorstate(stream) == inspect.GEN_CLOSED
    assert "gave generator, " in caplog.text
    assert "give what stream_async returns" in caplog.text


async def test_an_answer_whose_stream_the_application_closes_was_stopped(relay):
    gate = Gate()
    with Simulator(Answer(body=[event(chunk("Hel")), gate])) as sim:
        async with Mistral("key", server_url=sim.url) as client:
            stream = await client.chat.stream_async(**ASK)
            await relay.start(KEY, stream)
            frames = relay.follow(KEY)
            while (await anext(frames)).event != TextDelta(0, "Hel"):
                pass
            await stream.aclose()
            assert (await anext(frames)).event.status == "stopped"


async def test_an_open_source_is_closed_when_its_key_is_refused(relay, subtests):
    await relay.start(KEY, Script())
    with Simulator() as sim:
        async with Mistral("key", server_url=sim.url) as client:
            for key, error in ((KEY, AlreadyRunningError), ("", ValueError), (7, TypeError)):
                with subtests.test(error.__name__):
                    stream = await client.chat.stream_async(**ASK)
                    with pytest.raises(error):
                        await relay.start(key, stream)
                    assert stream.end_reason == "closed"


async def test_a_coroutine_is_closed_when_its_key_is_refused(relay):
    await relay.start(KEY, Script())
    source = anyio.lowlevel.checkpoint()
    with pytest.raises(AlreadyRunningError):
        await relay.start(KEY, source)
    assert inspect.getcoroutinestate(source) == inspect.CORO_CLOSED


async def test_a_cancellation_inside_a_source_is_an_error_of_it(relay):
    async def source():
        yield HELLO[0]
        task = asyncio.ensure_future(anyio.sleep_forever())
        task.cancel()
        await task

    assert (await events_of(relay, source))[-1].status == "failed"


async def test_a_source_runs_in_the_context_of_its_start(relay):
    from contextvars import ContextVar

    request = ContextVar("request")

    async def source():
        yield TextDelta(0, request.get())

    request.set("7")
    assert TextDelta(0, "7") in await events_of(relay, source)


def test_the_functions_on_the_page_do_what_it_says():
    parrot, heartbeats = (
        next(block for block in printed_on(DOCS / "relay.md") if f"def {name}" in block.source)
        for name in ("parrot", "with_heartbeats")
    )
    names = {}
    exec(parrot.source + heartbeats.source, names)

    async def main():
        async with Relay() as relay:
            await relay.start(KEY, lambda: names["parrot"]("pretty bird"))
            seen = [frame.event async for frame in names["with_heartbeats"](relay, KEY)]
            assert seen[1:] == [
                TextDelta(0, "pretty "),
                TextDelta(0, "bird "),
                FinishDelta(0, "stop"),
                End("ended"),
            ]

    anyio.run(main)


def test_nothing_of_the_relay_is_loaded_by_the_client():
    loaded = modules_after("from mistralai import Mistral; Mistral('key').chat")
    assert not [name for name in loaded if re.match(r"mistralai\.relay", name)]
