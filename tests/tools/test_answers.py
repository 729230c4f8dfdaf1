"""The answers of runs: in a form, by agents, without usage, to a prefix, of other servers."""

import pytest
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from mistralai.client.errors import RateLimitError, StructuredOutputError
from mistralai.client.models import AssistantMessage
from mistralai.simulator import Answer
from mistralai.simulator.api.messages import check
from mistralai.tools import ToolLoopError
from support.chunks import chunk_of
from support.serving import DONE, event
from support.tools import USER, call, calls, in_every_colour, says


class Town(BaseModel):
    name: str


def finds(name: str) -> str:
    return name


def answer(*chunks):
    return Answer(body=[*(event(chunk) for chunk in chunks), DONE])


def calling(*pieces, content=""):
    return chunk_of({"content": content, "tool_calls": [*pieces]}, "tool_calls")


@in_every_colour
def test_an_answer_in_a_form(runs, subtests):
    made = calls(call("finds", name="Rome"))
    with subtests.test("a model"):
        runs.serve(made, says('{"name": "Rome"}'))
        run = runs.start([finds], response_format=Town)
        assert runs.call(run.get_final_parsed) == Town(name="Rome")
        formats = [body["response_format"]["json_schema"]["name"] for body in runs.bodies()]
        assert formats == ["Town", "Town"]
    with subtests.test("a list"):
        runs.serve(says('{"items": [{"name": "Rome"}]}'))
        run = runs.start([finds], response_format=list[Town])
        assert runs.call(run.get_final_parsed) == [Town(name="Rome")]
    with subtests.test("another text"):
        runs.serve(says("Rome"))
        run = runs.start([finds], response_format=Town)
        with pytest.raises(StructuredOutputError):
            runs.call(run.get_final_parsed)
    with subtests.test("no form"):
        runs.serve(says("{}"))
        run = runs.start([finds], response_format={"type": "json_object"})
        with pytest.raises(TypeError, match="response_format"):
            runs.call(run.get_final_parsed)
        assert runs.bodies()[0]["response_format"] == {"type": "json_object"}
    with subtests.test("no answer"):
        runs.serve(made)
        run = runs.start([finds], response_format=Town, approve=True)
        with pytest.raises(ToolLoopError, match="'pending'") as caught:
            runs.call(run.get_final_parsed)
        assert caught.value.run is run


@in_every_colour
def test_an_agent_calls_tools(runs):
    runs.serve(calls(call("finds", name="Rome")), says('{"name": "Rome"}'))
    agents = runs.client.agents
    keywords = {"agent_id": "ag", "messages": [USER], "tools": [finds], "response_format": Town}
    if runs.asynchronous:

        async def run_agent():
            async with agents.run_tools_async(**keywords) as run:
                return await run.get_final_parsed()

        assert runs.call(run_agent) == Town(name="Rome")
    else:
        with agents.run_tools(**keywords) as run:
            assert run.get_final_parsed() == Town(name="Rome")
    assert [body["agent_id"] for body in runs.bodies()] == ["ag", "ag"]


@in_every_colour
def test_an_error_of_a_later_request_has_the_run(runs):
    refused = Answer(status=429, content_type="application/json", body=[b'{"message":"slow down"}'])
    runs.serve(calls(call("finds", name="Rome")), refused, says("Done."))
    run = runs.start([finds])
    with pytest.raises(RateLimitError) as caught:
        runs.read(run)
    with pytest.raises(RateLimitError):
        runs.read(run)
    assert caught.value.run is run
    assert (run.end_reason, len(run.steps), run.usage is None) == ("error", 1, False)
    again = runs.start([finds], messages=run.messages)
    runs.read(again)
    assert again.text == "Done."


@in_every_colour
def test_what_other_servers_send(runs):
    """Ids that are missing, numbers or the same twice; names that no function can have; objects."""
    function = {"name": "finds", "arguments": {"name": "Rome"}}
    pieces = [
        {"index": 0, "function": function},
        {"index": 1, "id": 7, "function": {**function, "arguments": '{"name": "Oslo"}'}},
        {"index": 2, "id": "abcdefghi", "function": {"name": "functions.finds", "arguments": "{}"}},
        {
            "index": 3,
            "id": "abcdefghi",
            "function": {"name": "finds", "arguments": '{"name": "A"}'},
        },
    ]
    runs.serve(answer(calling(*pieces)), answer(chunk_of({"content": "Done."}, "stop")))
    run = runs.start([finds])
    runs.read(run)
    _, second = runs.bodies()
    _, made, *results = second["messages"]
    ids = [c["id"] for c in made["tool_calls"]]
    assert [r["tool_call_id"] for r in results] == ids
    assert len(set(ids)) == 4
    assert ids[1:3] == ["7", "abcdefghi"]
    assert all(len(id_) == 9 and id_.isalnum() for id_ in (ids[0], ids[3]))
    assert [c["function"]["name"] for c in made["tool_calls"]][2] == "functions_finds"
    assert [r["content"] for r in results[:2]] == ["Rome", "Oslo"]
    assert results[3]["content"] == "A"


@in_every_colour
def test_the_usage_of_a_run_is_unknown_where_that_of_a_step_is(runs):
    silent = answer(chunk_of({"content": "Done."}, "stop"))
    run, _ = runs.run([finds], calls(call("finds", name="Rome")), silent)
    assert [step.usage is None for step in run.steps] == [False, True]
    assert run.usage is None


@in_every_colour
def test_an_answer_to_a_prefix_replaces_it(runs, subtests):
    for said, whole in [("It is fine.", "It is fine."), (" fine.", "It is fine.")]:
        with subtests.test(said):
            prefix = {"role": "assistant", "content": "It is", "prefix": True}
            runs.serve(answer(chunk_of({"content": said}, "stop")))
            run = runs.start([finds], messages=[USER, prefix])
            runs.read(run)
            assert run.messages == [USER, AssistantMessage(content=whole)]


@in_every_colour
def test_thinking_stays_in_the_history(runs):
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    piece = {"id": "abcdefghi", "function": {"name": "finds", "arguments": '{"name": "A"}'}}
    runs.serve(
        answer(chunk_of({"content": [thought]}), calling(piece)),
        answer(chunk_of({"content": ""}, "stop")),
        answer(chunk_of({"content": "Done."}, "stop")),
    )
    run = runs.start([finds])
    runs.read(run)
    assert runs.bodies()[1]["messages"][1]["content"][0]["type"] == "thinking"
    # The second answer is empty, which the API would not take back.
    check(to_jsonable_python([*run.messages, USER]))
    again = runs.start([finds], messages=[*run.messages, USER])
    runs.read(again)
    assert again.text == "Done."
