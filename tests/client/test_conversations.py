"""Conversations: their methods against the state of a simulator, and the views of their streams."""

import pytest

from mistralai.client import Mistral, errors
from mistralai.client.conversationstreams import ConversationStream, ConversationStreamAsync
from mistralai.client.deltas import (
    DoneDelta,
    HandoffDelta,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolExecutionDelta,
    UnknownDelta,
)
from mistralai.client.models import (
    AgentConversation,
    AgentHandoffEntry,
    ConversationEvents,
    ConversationResponse,
    FunctionCallEntry,
    FunctionResultEntry,
    MessageInputEntry,
    MessageOutputEntry,
    ModelConversation,
    ToolExecutionEntry,
)
from mistralai.simulator import Answer, Gate, Simulator
from support.colours import SyncColour
from support.conversations import DONE, HI, STARTED, STREAM, called, named, open_stream, said
from support.observing import Recorder
from support.paging import items

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def test_a_conversation_is_continued_restarted_and_deleted(colour, sim):
    conversations = colour.client(server_url=sim.url).beta.conversations
    begun = colour.ask(conversations, "start", **HI, name="Greeting", metadata={"team": 7})
    assert type(begun) is ConversationResponse
    assert begun.request_id is not None
    assert [type(output) for output in begun.outputs] == [MessageOutputEntry]
    one = {"conversation_id": begun.conversation_id}
    followed = colour.ask(conversations, "append", **one, inputs="And now?")
    assert followed.conversation_id == begun.conversation_id
    history = colour.ask(conversations, "get_history", **one)
    assert [entry.type for entry in history.entries] == ["message.input", "message.output"] * 2
    messages = colour.ask(conversations, "get_messages", **one)
    assert [entry.content for entry in messages.messages] == ["Hi", "Hi", "And now?", "And now?"]
    first = history.entries[1].id
    other = colour.ask(conversations, "restart", **one, from_entry_id=first, inputs="Or so?")
    assert other.conversation_id != begun.conversation_id
    entries = colour.ask(
        conversations, "get_history", conversation_id=other.conversation_id
    ).entries
    assert [entry.content for entry in entries] == ["Hi", "Hi", "Or so?", "Or so?"]
    found = colour.ask(conversations, "get", **one)
    assert (type(found), found.name, found.metadata) == (ModelConversation, "Greeting", {"team": 7})
    assert colour.ask(conversations, "delete", **one) is None
    with pytest.raises(errors.NotFoundError, match="No conversation matches the id"):
        colour.ask(conversations, "get", **one)


def test_conversations_are_listed_in_pages(colour, sim):
    conversations = colour.client(server_url=sim.url).beta.conversations
    for name in ("a", "b", "c"):
        colour.ask(conversations, "start", **HI, name=name, metadata={"of": name})
    colour.ask(conversations, "start", **HI, name="d", store=False)
    listed = colour.ask(conversations, "list", metadata={"of": "b"})
    with pytest.raises(TypeError, match="metadata takes a dict with values of JSON: Object"):
        colour.ask(conversations, "list", metadata={"of": object()})
    assert [found.name for found in listed] == ["b"]
    found = colour.collect(items(colour, conversations, "iterate", page_size=2))
    assert [each.name for each in found] == ["c", "b", "a"]


def test_an_agent_answers_with_its_instructions(colour, sim):
    beta = colour.client(server_url=sim.url).beta
    agent = colour.ask(beta.agents, "create", model="mistral-small-latest", name="Ann")
    begun = colour.ask(beta.conversations, "start", agent_id=agent.id, inputs="Hi")
    assert begun.outputs[0].model == "mistral-small-latest"
    found = colour.ask(beta.conversations, "get", conversation_id=begun.conversation_id)
    assert (type(found), found.agent_id) == (AgentConversation, agent.id)
    with pytest.raises(errors.NotFoundError, match="No agent matches the id"):
        colour.ask(beta.conversations, "start", agent_id="ag_nobody", inputs="Hi")


def test_a_stream_adds_up_to_the_answer_that_is_kept(colour, sim):
    client = colour.client(server_url=sim.url)
    stream = open_stream(
        colour,
        client,
        inputs="Use the code interpreter to calculate 21 * 2",
        tools=[{"type": "code_interpreter"}],
    )
    kind = ConversationStream if isinstance(colour, SyncColour) else ConversationStreamAsync
    assert type(stream) is kind
    events = colour.collect(stream)
    assert {type(event) for event in events} == {ConversationEvents}
    assert events[0].event == events[0].data.type == "conversation.response.started"
    assert events[-1].data.usage == stream.usage == stream.snapshot.usage
    assert stream.usage.connectors == {"code_interpreter": 1}
    assert [tool.name for tool in stream.tool_executions] == ["code_interpreter"]
    kept = colour.ask(
        client.beta.conversations, "get_history", conversation_id=stream.conversation_id
    )
    ours = stream.snapshot.model_dump(exclude={"outputs": {"__all__": {"completed_at"}}})["outputs"]
    theirs = kept.model_dump(exclude={"entries": {"__all__": {"completed_at"}}})["entries"][1:]
    assert ours == theirs
    assert stream.timing.events == len(events)
    assert (stream.end_reason, len(stream.attempts), stream.tool_calls) == ("done", 1, [])


def test_functions_are_called_and_their_results_appended(colour, sim):
    client = colour.client(server_url=sim.url)
    stream = open_stream(colour, client, inputs="The weather in Paris?", tools=[WEATHER])
    assert stream.tool_calls == []
    colour.call(stream.until_done)
    [call] = stream.tool_calls
    assert (type(call), call.name) == (FunctionCallEntry, "weather")
    result = FunctionResultEntry(tool_call_id=call.tool_call_id, result="sunny")
    one = {"conversation_id": stream.conversation_id}
    answer = open_stream(colour, client, "append", **one, inputs=[result])
    assert colour.call(answer.get_final_text) == "sunny"
    assert sim.requests[-1].json["inputs"][0]["type"] == "function.result"
    again = open_stream(
        colour, client, "restart", **one, from_entry_id=result_id(colour, client, one)
    )
    assert colour.call(again.get_final_response).outputs[0].content == "sunny"


def result_id(colour, client, one):
    """Return the id of the result in a conversation."""
    history = colour.ask(client.beta.conversations, "get_history", **one)
    return next(entry.id for entry in history.entries if entry.type == "function.result")


THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
SOURCE = {"type": "tool_reference", "tool": "web_search", "title": "A page", "url": "https://a.b"}
TOOL = {"output_index": 0, "id": "tool_0", "name": "web_search"}
AGENT = {"output_index": 1, "id": "handoff_1"}
EVERYTHING = (
    STARTED,
    named("tool.execution.started", **TOOL, arguments=""),
    named("tool.execution.delta", **TOOL, arguments='{"query": '),
    named("tool.execution.delta", **TOOL, arguments='"x"}'),
    named("tool.execution.done", **TOOL, info={"found": 1}),
    named("agent.handoff.started", **AGENT, previous_agent_id="a", previous_agent_name="Ann"),
    named("agent.handoff.done", **AGENT, next_agent_id="b", next_agent_name="Bob"),
    said(THOUGHT, 2),
    said("Hel", 2),
    said({"type": "text", "text": "lo"}, 2),
    said(SOURCE, 2),
    called('{"city": ', 3),
    called('"Paris"}', 3),
    named("weather.changed", degrees=3),
    DONE,
)


def test_every_event_is_a_delta_and_a_part_of_the_answer(colour):
    with Simulator(Answer(body=EVERYTHING)) as sim:
        client = colour.client(server_url=sim.url)
        stream = open_stream(colour, client)
        deltas = colour.collect(stream.deltas)
        *known, unknown, done = deltas
        assert known[:4] == [
            ToolExecutionDelta("tool_0", "web_search", "started"),
            ToolExecutionDelta("tool_0", "web_search", "arguments", '{"query": '),
            ToolExecutionDelta("tool_0", "web_search", "arguments", '"x"}'),
            ToolExecutionDelta("tool_0", "web_search", "done", info={"found": 1}),
        ]
        assert known[4:6] == [
            HandoffDelta("handoff_1", "a", "Ann", "started"),
            HandoffDelta("handoff_1", "b", "Bob", "done"),
        ]
        assert known[6:9] == [ThinkingDelta(0, "Hm."), TextDelta(0, "Hel"), TextDelta(0, "lo")]
        assert (type(known[9]), known[9].chunk.title) == (UnknownDelta, "A page")
        assert known[10:] == [
            ToolCallDelta(0, 0, "call3", "weather", '{"city": '),
            ToolCallDelta(0, 0, "call3", "weather", '"Paris"}'),
        ]
        assert unknown.chunk.raw["degrees"] == 3
        assert done == DoneDelta(stream.usage)
        outputs = stream.snapshot.outputs
        kinds = [ToolExecutionEntry, AgentHandoffEntry, MessageOutputEntry, FunctionCallEntry]
        assert [type(output) for output in outputs] == kinds
        assert (outputs[0].arguments, outputs[0].info) == ('{"query": "x"}', {"found": 1})
        assert (outputs[1].previous_agent_name, outputs[1].next_agent_name) == ("Ann", "Bob")
        assert [chunk.type for chunk in outputs[2].content] == [
            "thinking",
            "text",
            "tool_reference",
        ]
        assert outputs[3].arguments == '{"city": "Paris"}'
        other = open_stream(colour, client)
        assert "".join(colour.collect(other.text_stream)) == "Hello"


@pytest.mark.anyio
async def test_the_three_forms_of_an_asynchronous_stream(sim):
    async with Mistral("key", server_url=sim.url) as client:
        conversations = client.beta.conversations
        async with conversations.start_stream_async(**HI) as stream:
            assert [text async for text in stream.text_stream] == ["Hi"]
        stream = await conversations.start_stream_async(**HI)
        async with stream:
            await stream.until_done()
        assert [event.event async for event in conversations.start_stream_async(**HI)] == [
            "conversation.response.started",
            "message.output.delta",
            "conversation.response.done",
        ]


def test_entries_are_told_by_their_fields_and_refused_if_they_are_wrong(sim):
    with Mistral("key", server_url=sim.url) as client:
        conversations = client.beta.conversations
        inputs = [MessageInputEntry(role="user", content="a"), {"role": "user", "content": "b"}]
        conversations.start(model="m", inputs=inputs)
        assert [entry["type"] for entry in sim.requests[-1].json["inputs"]] == ["message.input"] * 2
        with pytest.raises(ValueError, match=r"inputs\[0\].*content"):
            conversations.start(model="m", inputs=[{"role": "user"}])
        with pytest.raises(TypeError, match="'stream'"):
            conversations.start(**HI, stream=True)
        assert len(sim.requests) == 1


def test_the_id_of_a_conversation_is_known_before_there_is_content(colour):
    gate = Gate()
    with Simulator(Answer(body=[STARTED, gate, *STREAM[1:]])) as sim:
        stream = open_stream(colour, colour.client(server_url=sim.url))
        assert colour.next(stream).data.conversation_id == stream.conversation_id == "conv_1"
        gate.open()
        assert len(colour.collect(stream)) == 3


def test_observers_are_told_of_the_model_or_the_agent_that_is_asked(colour, sim):
    recorder = Recorder()
    beta = colour.client(server_url=sim.url, observers=[recorder]).beta
    agent = colour.ask(beta.agents, "create", model="m", name="Ann")
    begun = colour.ask(beta.conversations, "start", agent_id=agent.id, inputs="Hi")
    stream = colour.ask(
        beta.conversations, "append_stream", conversation_id=begun.conversation_id, inputs="Hi"
    )
    colour.collect(stream)
    _, whole, streamed = recorder.seen
    assert (whole.subject.operation, streamed.subject.operation) == ("invoke_agent", "chat")
    assert streamed.subject.path == "/v1/conversations/{conversation_id}"
    for seen, answer in ((whole, begun), (streamed, stream.snapshot)):
        outcome = seen.outcome
        assert (outcome.id, outcome.model) == (begun.conversation_id, "m")
        assert (outcome.usage, outcome.answer) == (answer.usage, answer)


def test_a_stream_is_closed_early_and_then_gives_nothing(colour):
    with Simulator(Answer(body=STREAM)) as sim:
        stream = open_stream(colour, colour.client(server_url=sim.url))
        assert colour.next(stream).data.conversation_id == "conv_1"
        colour.close(stream)
        assert colour.collect(stream) == []
        with pytest.raises(errors.IncompleteStreamError) as caught:
            colour.call(stream.until_done)
        assert caught.value.partial.conversation_id == "conv_1"
        assert stream.end_reason == "closed"
