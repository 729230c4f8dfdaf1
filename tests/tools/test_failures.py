"""Calls that fail, and what the model, the caller and the history are told."""

import copy
import os
import pickle
from collections.abc import Iterable

import pytest
from pydantic import Base64Bytes

from mistralai.client import models
from mistralai.client.deltas import ToolFailure, ToolResult
from mistralai.client.errors import MistralClientError, StreamTruncatedError
from mistralai.simulator import Answer, Call
from mistralai.tools import ToolContext, ToolError, ToolLoopError, tool
from support.chunks import chunk_of
from support.serving import event
from support.tools import USER, call, calls, in_every_colour, says

TOO_DEEP = '{"x": ' + "[" * 300 + "]" * 300 + "}"
WRONG = "not run: the arguments are not valid:"
IMAGE = models.ImageURLChunk(image_url="https://example.com/a.png")


def weather(city: str, days: int = 1) -> str:
    return f"fine in {city} for {days}"


def refuses() -> str:
    raise ToolError("no such town")


def breaks() -> str:
    raise LookupError("password=1234")


def returns_a_set() -> object:
    return {"b"}


def returns_an_object() -> object:
    return object()


def returns_nothing() -> None:
    pass


def returns_a_file_name() -> str:
    return os.fsdecode(b"caf\xe9.txt")


def returns_file_names() -> dict[str, list[str]]:
    return {"names": [os.fsdecode(b"caf\xe9.txt")]}


def counts_bytes(data: Base64Bytes) -> int:
    return len(data)


def adds_up(numbers: Iterable[int]) -> int:
    return sum(numbers)


def returns_an_image() -> object:
    return IMAGE


def talks() -> str:
    return "x" * 30


TABLE = {
    "unknown": (call("wether"), "not run: there is no tool 'wether'; the tools are: "),
    "missing": (call("weather"), f"{WRONG} city: Missing required argument"),
    "wrong type": (call("weather", city="Rome", days="many"), f"{WRONG} days: Input should be a"),
    "unexpected": (call("weather", city="Rome", x=1), f"{WRONG} x: Unexpected keyword argument"),
    "not JSON": (Call(name="weather", arguments='{"city": "Ro'), "not run: the arguments are not"),
    "tool error": (call("refuses"), "no such town"),
    "reported": (call("breaks"), "LookupError: password=1234"),
    "an item": (call("adds_up", numbers=["one"]), f"{WRONG} 0: Input should be a valid integer"),
    "too deep": (Call(name="refuses", arguments=TOO_DEEP), f"{WRONG} Invalid JSON: recursion"),
    "not JSON either": (call("returns_an_object"), "TypeError: a tool's value cannot be written"),
}
RESULTS = {
    "coerced": (call("weather", city="Rome", days="3"), "fine in Rome for 3"),
    "JSON": (call("returns_a_set"), '["b"]'),
    "nothing": (call("returns_nothing"), "null"),
    "items": (call("adds_up", numbers=[1, 2, 3]), "6"),
    "half a surrogate pair": (call("returns_a_file_name"), "caf?.txt"),
    "half of one in a list": (call("returns_file_names"), '{"names":["caf?.txt"]}'),
    "bytes that are not text": (call("counts_bytes", data="/////w=="), "4"),
    "chunks": (call("returns_an_image"), [IMAGE]),
    "cut": (call("talks"), "x" * 20 + "\n[cut here: 10 more characters]"),
}
TOOLS = [
    *(weather, refuses, breaks, returns_a_set, returns_an_object, returns_nothing),
    *(returns_an_image, returns_a_file_name, returns_file_names, adds_up, talks, counts_bytes),
]


@in_every_colour
def test_the_model_is_told_what_a_call_came_to(runs, subtests):
    made = [made for made, _ in [*TABLE.values(), *RESULTS.values()]]
    runs.serve(calls(*made, finish_reason="tool_calls"), says("Sorry."))
    run = runs.start(TOOLS, on_tool_error="report")
    ends = [d for d in runs.read(run) if isinstance(d, ToolResult | ToolFailure)]
    told = [m["content"] for m in runs.bodies()[1]["messages"] if m["role"] == "tool"]
    pairs = zip(order(ends, made), order(told, made), strict=True)
    by_name = dict(zip([*TABLE, *RESULTS], pairs, strict=True))
    for name, (_, said) in TABLE.items():
        with subtests.test(name):
            end, content = by_name[name]
            assert isinstance(end, ToolFailure)
            assert end.message.startswith(said[:40]) or end.message.startswith(said)
            assert content == end.message
    for name, (_, value) in RESULTS.items():
        with subtests.test(name):
            end, content = by_name[name]
            assert isinstance(end, ToolResult)
            if name != "chunks":
                assert content == end.content
            assert end.content == value if name != "cut" else end.content.startswith("xxxx")
    assert run.end_reason == "stop"


def order(found, made):
    """The results in the order of `made`: a call whose arguments are not JSON comes last."""
    rest = list(found)
    last = rest.pop()
    place = next(at for at, c in enumerate(made) if isinstance(c.arguments, str))
    return [*rest[:place], last, *rest[place:]]


@in_every_colour
def test_a_long_result_is_cut_with_a_mark(runs):
    run, _ = runs.run([talks], calls("talks"), says("Sorry."), max_result_chars=20)
    assert run.steps[0].results[0].content == RESULTS["cut"][1]


@in_every_colour
def test_another_exception_is_raised_and_hidden_from_the_model(runs):
    begun = []

    @tool(alone=True)
    def runs_first() -> str:
        begun.append("first")
        return "done"

    @tool(alone=True)
    def would_follow() -> str:
        begun.append("would_follow")
        return "never"

    runs.serve(calls("runs_first", "breaks", "would_follow"), says("So it is."))
    run = runs.start([runs_first, breaks, would_follow])
    read = []

    def read_all() -> None:
        while True:
            read.append(runs.next(run))

    with pytest.raises(LookupError, match="password") as caught:
        read_all()
    with pytest.raises(LookupError):
        runs.next(run)
    (note,) = caught.value.__notes__
    assert "'breaks'" in note
    assert "step 1" in note
    assert begun == ["first"]
    assert run.end_reason == "error"
    contents = [message.content for message in run.messages if message is not USER][1:]
    assert contents == ["done", "the tool failed", "not run: cancelled"]
    ends = [d for d in read if isinstance(d, ToolResult | ToolFailure)]
    assert [type(d) for d in ends] == [ToolResult, ToolFailure, ToolFailure]
    assert run.steps[0].results == tuple(ends)
    again = runs.start([runs_first, breaks, would_follow], messages=run.messages)
    runs.read(again)
    assert again.text == "So it is."


@in_every_colour
def test_an_exception_that_ends_iterations_does_not_end_that_of_the_run_in_silence(runs, subtests):
    def ends() -> None:
        raise kind

    async def ends_async() -> None:
        raise kind

    def decide(*_: object) -> None:
        raise kind

    kinds = {"tool": ({}, ends), "approve": ({"approve": decide}, ends)}
    if runs.asynchronous:
        kinds["async tool"] = ({}, tool(name="ends")(ends_async))
    for name, (more, function) in kinds.items():
        for kind in (StopIteration, StopAsyncIteration):
            with subtests.test(name, kind=kind.__name__):
                runs.serve(calls("ends"))
                run = runs.start([function], **more)
                with pytest.raises(RuntimeError, match=f"raised {kind.__name__}") as raised:
                    runs.call(run.until_done)
                assert isinstance(raised.value.__cause__, kind)
                assert "the tool 'ends', call" in raised.value.__notes__[0]
                assert run.end_reason == "error"


@in_every_colour
def test_a_function_says_what_the_model_is_told(runs):
    def said(error: Exception, made: object) -> str:
        return f"{type(error).__name__} in {made.name}"

    run, _ = runs.run([breaks], calls("breaks"), says("Sorry."), on_tool_error=said)
    assert run.steps[0].results[0].message == "LookupError in breaks"


@in_every_colour
def test_such_a_function_that_fails_ends_the_run_and_loses_no_result(runs, subtests):
    def fails(error: Exception, made: object) -> str:
        raise OSError(f"no log for {error} of {made}")

    def works() -> str:
        return "fine"

    cases = {"raises": (fails, OSError), "says nothing": (lambda *_: None, TypeError)}
    for name, (rule, error) in cases.items():
        with subtests.test(name):
            runs.serve(calls("works", "breaks", "works"))
            more = {} if runs.asynchronous else {"threads": 3}
            run = runs.start([works, breaks], on_tool_error=rule, **more)
            with pytest.raises(error) as raised:
                runs.read(run)
            assert "in on_tool_error, about a LookupError in the tool" in raised.value.__notes__[0]
            assert run.end_reason == "error"
            said = [message.content for message in run.messages[2:]]
            assert said == ["fine", "the tool failed", "fine"]


@in_every_colour
def test_limits_of_a_run(runs, subtests):
    numbers = iter(range(1_000))

    def counts() -> int:
        return next(numbers)

    def same() -> str:
        return "same"

    def stops(context: ToolContext[str]) -> str:
        context.stop()
        return context.context

    with subtests.test("max_steps"):
        runs.serve(calls("counts"))
        run = runs.start([counts], max_steps=2)
        with pytest.raises(ToolLoopError, match="max_steps") as caught:
            runs.read(run)
        assert isinstance(caught.value, MistralClientError)
        assert caught.value.run is run
        assert (run.end_reason, len(run.steps), len(runs.bodies())) == ("error", 2, 2)
        assert [m.content for m in run.messages if m is not USER and m.role == "tool"] == ["0", "1"]
        for copied in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):
            assert (copied.run, str(copied)) == (None, str(caught.value))
    with subtests.test("repeating"):
        run, _ = runs.run([same], calls("same"))
        assert (run.end_reason, len(run.steps)) == ("repeating", 3)
    with subtests.test("stopped"):
        run, _ = runs.run([stops, tool(alone=True)(same)], calls("stops", "same"), context="C")
        assert run.end_reason == "stopped"
        assert [d.content for d in run.steps[0].results[:1]] == ["C"]
        assert run.steps[0].results[1].message == "not run: stopped"
    with subtests.test("tool_choice"):
        for forced in ("any", "required", {"type": "function", "function": {"name": "counts"}}):
            runs.run([counts], calls("counts"), says("Done."), tool_choice=forced)
            first, second = runs.bodies()
            assert (first["tool_choice"], second["tool_choice"]) == (forced, "auto")
        runs.run([counts], calls("counts"), says("Done."), tool_choice="none")
        assert [body["tool_choice"] for body in runs.bodies()] == ["none", "none"]
    with subtests.test("length"):
        run, _ = runs.run([counts], says("Half of", finish_reason="length"))
        assert run.end_reason == "length"
        assert run.messages[-1].prefix is True
        assert run.messages_for("And?")[-2].prefix is False


@in_every_colour
def test_a_cut_at_every_event_of_step_2_leaves_a_history_to_continue(runs, subtests):
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    made = {"id": "abcdefghi", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
    events = [
        event(chunk_of({"role": "assistant", "content": ""})),
        event(chunk_of({"content": [thought]})),
        event(chunk_of({"content": "Let me "})),
        event(chunk_of({"content": "see", "tool_calls": [made]})),
        event(chunk_of({"content": ""}, "tool_calls")),
    ]
    for cut in range(len(events)):
        with subtests.test(cut=cut):
            first = calls(call("weather", city="Rome"))
            runs.serve(first, Answer(body=events[:cut]), says("Let me see. Fine."))
            run = runs.start([weather])
            with pytest.raises(StreamTruncatedError) as caught:
                runs.read(run)
            assert caught.value.run is run
            assert run.end_reason == "error"
            assert len(run.steps) == 2
            last = run.messages[-1]
            assert not getattr(last, "tool_calls", None)
            if cut >= 2:
                assert last.prefix is True
                assert last.content[0].type == "thinking"
            again = runs.start([weather], messages=run.messages)
            runs.read(again)
            assert again.end_reason == "stop"
            sent = runs.bodies()[-1]["messages"]
            assert sent[-1]["role"] == ("assistant" if cut >= 2 else "tool")
            roles = [getattr(m, "role", "user") for m in again.messages]
            assert roles == ["user", "assistant", "tool", "assistant"]
            text = again.messages[-1].content
            assert (text if isinstance(text, str) else text[-1].text).endswith("Fine.")
