"""Prompts and answers are in spans only where they are wanted, in the form of the conventions."""

import json

from mistralai import Mistral
from mistralai.client import models
from mistralai.client.observers import ObservedCall
from mistralai.simulator import Answer, Simulator
from mistralai.telemetry.attributes import span_name, start_attributes
from mistralai.telemetry.content import input_content
from support.faults import STREAM
from support.flows import KEY
from support.serving import ASK
from support.traced import Traced, told

VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
TOOL = {
    "type": "function",
    "function": {"name": "add", "description": "Add.", "parameters": {"type": "object"}},
}


def span_of(sim, call, **settings):
    traced = Traced(**settings)
    with Mistral(KEY, server_url=sim.url, observers=[traced.telemetry]) as client:
        call(client)
    return traced.spans.next()


def content_of(span):
    return {
        name: json.loads(value)
        for name, value in span.attributes.items()
        if "messages" in name or "instructions" in name or "definitions" in name
    }


def test_nothing_of_a_prompt_or_an_answer_is_told_unless_it_is_wanted():
    def talk(client):
        client.chat.complete(**ASK, tools=[TOOL], metadata={"user": "Ada"})

    with Simulator() as sim:
        span = span_of(sim, talk)
        assert not [word for word in ("Hello", "there", "Add.", "Ada", KEY) if word in told(span)]
        span = span_of(sim, talk, content=True)
        assert KEY not in told(span)
        assert "Ada" not in told(span)
    assert content_of(span) == {
        "gen_ai.input.messages": [
            {"role": "user", "parts": [{"type": "text", "content": "Hello there"}]}
        ],
        "gen_ai.output.messages": [
            {
                "role": "assistant",
                "parts": [{"type": "text", "content": "Hello there"}],
                "finish_reason": "stop",
            }
        ],
        "gen_ai.tool.definitions": [
            {
                "type": "function",
                "name": "add",
                "description": "Add.",
                "parameters": {"type": "object"},
            }
        ],
    }


def test_the_environment_says_whether_content_is_wanted_unless_the_program_does(
    monkeypatch, subtests
):
    table = [
        (None, None, False),
        (None, "", False),
        (None, "true", True),
        (None, "True ", True),
        (None, "span_only", True),
        (None, "SPAN_AND_EVENT", True),
        (None, "EVENT_ONLY", False),
        (None, "NO_CONTENT", False),
        (None, "1", False),
        (False, "true", False),
        (True, "false", True),
    ]
    with Simulator() as sim:
        for setting, variable, wanted in table:
            with subtests.test(f"content={setting}, {variable!r}"), monkeypatch.context() as patch:
                if variable is not None:
                    patch.setenv(VARIABLE, variable)
                span = span_of(sim, lambda client: client.chat.complete(**ASK), content=setting)
                assert bool(content_of(span)) is wanted


def test_the_latest_version_has_finish_reasons_in_one_place():
    with Simulator() as sim:
        span = span_of(
            sim, lambda client: client.chat.complete(**ASK), content=True, names="latest"
        )
    [message] = content_of(span)["gen_ai.output.messages"]
    assert set(message) == {"role", "parts"}


def test_what_came_of_an_answer_is_told():
    with Simulator(Answer(body=STREAM[:3], ending="hang")) as sim:

        def leave(client):
            with client.chat.stream(**ASK) as stream:
                for _ in range(3):
                    next(stream)

        span = span_of(sim, leave, content=True)
    [message] = content_of(span)["gen_ai.output.messages"]
    assert message["parts"] == [{"type": "text", "content": "Hello"}]
    assert message["finish_reason"] == "error"


PARTS = {
    "a text": ("a", {"type": "text", "content": "a"}),
    "an image by its address": (
        {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
        {"type": "uri", "modality": "image", "uri": "https://a.example/b.png"},
    ),
    "an image as data": (
        {"type": "image_url", "image_url": "data:image/png;base64,AAAA"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
    ),
    "a document": (
        models.DocumentURLChunk(document_url="https://a.example/b.pdf"),
        {"type": "uri", "modality": "document", "uri": "https://a.example/b.pdf"},
    ),
    "audio": (
        models.AudioChunk(input_audio="AAAA"),
        {"type": "blob", "modality": "audio", "content": "AAAA"},
    ),
    "a file": (
        {"type": "file", "file_id": "f"},
        {"type": "file", "modality": "document", "file_id": "f"},
    ),
    "reasoning": (
        models.ThinkChunk(thinking=[models.TextChunk(text="so"), models.TextChunk(text=" far")]),
        {"type": "reasoning", "content": "so far"},
    ),
    "references": (
        models.ReferenceChunk(reference_ids=[1, "b"]),
        {"type": "reference", "reference_ids": [1, "b"]},
    ),
    "a kind that is not known": (
        {"type": "smell", "of": ["rain"]},
        {"type": "smell", "of": ["rain"]},
    ),
}


def said(**params):
    """Return the content of a call with these keywords."""
    call = ObservedCall("chat", "POST", "/v1", "h", 443, stream=False, params=params)
    return {name: json.loads(value) for name, value in input_content(call).items()}


def test_each_kind_of_chunk_has_its_part(subtests):
    for kind, (chunk, part) in PARTS.items():
        for message in ("a dict", "a model"):
            with subtests.test(f"{kind} in {message}"):
                content = chunk if isinstance(chunk, str) else [chunk]
                fields = {"role": "user", "content": content}
                given = fields if message == "a dict" else models.UserMessage(**fields)
                [told_message] = said(messages=[given])["gen_ai.input.messages"]
                [told_part] = told_message["parts"]
                assert {k: v for k, v in told_part.items() if v is not None} == part


CALL = {"id": "c1", "function": {"name": "add", "arguments": '{"a": 1}'}}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "2"}
ADDED = {"type": "tool_call", "id": "c1", "name": "add", "arguments": {"a": 1}}
RETURNED = {"type": "tool_call_response", "id": "c1", "response": "2"}
EXECUTED = {
    "type": "server_tool_call",
    "id": "e1",
    "name": "web_search",
    "server_tool_call": {"type": "web_search", "arguments": "{}"},
}
TEXT = {"type": "text", "content": "a"}
INPUTS = {
    "calls of tools and their results": (
        {"messages": [{"role": "assistant", "tool_calls": [CALL]}, RESULT]},
        [{"role": "assistant", "parts": [ADDED]}, {"role": "tool", "parts": [RETURNED]}],
    ),
    "arguments that are not JSON": (
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "c1", "function": {"name": "add", "arguments": '{"a'}}],
                }
            ]
        },
        [{"role": "assistant", "parts": [{**ADDED, "arguments": '{"a'}]}],
    ),
    "arguments with a value that JSON does not have": (
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "c1", "function": {"name": "add", "arguments": "[NaN]"}}],
                }
            ]
        },
        [{"role": "assistant", "parts": [{**ADDED, "arguments": "[NaN]"}]}],
    ),
    "a system prompt, which is a message": (
        {"messages": [models.SystemMessage(content="a")]},
        [{"role": "system", "parts": [TEXT]}],
    ),
    "the code around a gap": (
        {"prompt": "a", "suffix": "b"},
        [{"role": "user", "parts": [TEXT, {"type": "suffix", "content": "b"}]}],
    ),
    "a conversation that begins with a text": (
        {"inputs": "a"},
        [{"role": "user", "parts": [TEXT]}],
    ),
    "texts to be embedded": (
        {"inputs": ["a", "b"]},
        [
            {"role": "user", "parts": [TEXT]},
            {"role": "user", "parts": [{"type": "text", "content": "b"}]},
        ],
    ),
    "entries of a conversation": (
        {
            "inputs": [
                {"type": "message.input", "role": "user", "content": "a"},
                {
                    "type": "function.call",
                    "tool_call_id": "c1",
                    "name": "add",
                    "arguments": '{"a": 1}',
                },
                models.FunctionResultEntry(tool_call_id="c1", result="2"),
                {"type": "tool.execution", "id": "e1", "name": "web_search", "arguments": "{}"},
                {"type": "agent.handoff", "next_agent_id": "b"},
            ]
        },
        [
            {"role": "user", "parts": [TEXT]},
            {"role": "assistant", "parts": [ADDED]},
            {"role": "tool", "parts": [RETURNED]},
            {"role": "assistant", "parts": [EXECUTED]},
            {"role": "assistant", "parts": [{"type": "agent.handoff", "next_agent_id": "b"}]},
        ],
    ),
}


def test_each_kind_of_prompt_is_a_list_of_messages(subtests):
    for kind, (params, messages) in INPUTS.items():
        with subtests.test(kind):
            assert said(**params) == {"gen_ai.input.messages": messages}


def test_instructions_beside_the_messages_are_told_apart():
    assert said(inputs="a", instructions="b", tools=[{"type": "web_search"}]) == {
        "gen_ai.input.messages": [{"role": "user", "parts": [TEXT]}],
        "gen_ai.system_instructions": [{"type": "text", "content": "b"}],
        "gen_ai.tool.definitions": [{"type": "web_search", "name": "web_search"}],
    }


def test_a_prompt_that_cannot_be_told_is_left_out_and_not_its_span():
    odd = [{"role": "user", "content": [{"type": "new", "of": {(1, 2): 3}}]}]
    with Simulator(Answer(body=STREAM)) as sim:
        span = span_of(
            sim, lambda client: list(client.chat.stream(model="m", messages=odd)), content=True
        )
    assert list(content_of(span)) == ["gen_ai.output.messages"]


def test_half_a_character_is_an_escape_as_no_exporter_can_encode_it():
    half = "\ud83d"
    messages = [{"role": "user", "content": f"é{half}"}]
    params = {"model": half, "agent_id": half, "stop": [half], "messages": messages}
    call = ObservedCall("chat", "POST", "/v1", "h", 443, stream=False, params=params)
    assert span_name(call) == r"chat \ud83d"
    said = start_attributes(call)
    assert said["gen_ai.request.stop_sequences"] == [r"\ud83d"]
    said |= input_content(call)
    assert [text for text in said.values() if half in str(text)] == []
    [message] = json.loads(said["gen_ai.input.messages"])
    assert message["parts"] == [{"type": "text", "content": f"é{half}"}]


def test_an_iterator_of_messages_is_left_to_the_request():
    traced = Traced(content=True)
    messages = iter(ASK["messages"])
    with (
        Simulator() as sim,
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
    ):
        answer = client.chat.complete(model="m", messages=messages)
    assert answer.choices[0].message.content == "Hello there"
    assert "gen_ai.input.messages" not in traced.spans.next().attributes
    assert said(messages=iter(ASK["messages"])) == {}
