"""`messages_from_ui`: Mistral's messages from those that `useChat` posts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistralai.client.models import UnknownContentChunk
from mistralai.relay import decisions_from_ui, messages_from_ui
from mistralai.simulator.api.messages import check
from support.work import count_steps


def user(*parts):
    return {"id": "u", "role": "user", "parts": list(parts)}


def assistant(*parts):
    return {"id": "a", "role": "assistant", "parts": list(parts)}


def text(words):
    return {"type": "text", "text": words}


def tool(state="output-available", call_id="abcdefghi", name="tool-f", **fields):
    return {"type": name, "toolCallId": call_id, "state": state, "input": {"x": 1}, **fields}


def file(url, media_type, **fields):
    return {"type": "file", "url": url, "mediaType": media_type, **fields}


def converted(*messages, **options):
    """Return messages as they are sent, without defaults."""
    found = messages_from_ui({"id": "chat-7", "messages": list(messages)}, **options)
    return [message.model_dump(exclude_none=True, exclude={"prefix"}) for message in found]


def call(call_id="abcdefghi", name="f", arguments='{"x":1}', index=0):
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "index": index, "function": function}


def result(content, call_id="abcdefghi", name="f"):
    return {"role": "tool", "content": content, "tool_call_id": call_id, "name": name}


STEP = {"type": "step-start"}
THOUGHT = {"type": "thinking", "thinking": [text("hm")]}

TABLE = {
    "text": ([user(text("Hi."))], [{"role": "user", "content": "Hi."}]),
    "system": (
        [{"id": "s", "role": "system", "parts": [text("Be "), text("brief.")]}],
        [{"role": "system", "content": "Be brief."}],
    ),
    "several texts of a user": (
        [user(text("a"), text("b"))],
        [{"role": "user", "content": [text("a"), text("b")]}],
    ),
    "an answer with thinking": (
        [assistant(STEP, {"type": "reasoning", "text": "hm"}, text("a"), text("b"))],
        [{"role": "assistant", "content": [THOUGHT, text("a"), text("b")]}],
    ),
    "an answer of several texts": (
        [assistant(text("a"), text("b"))],
        [{"role": "assistant", "content": "ab"}],
    ),
    "parts for the page": (
        [
            assistant(
                {"type": "source-url", "sourceId": "1", "url": "https://a.example"},
                {"type": "data-references", "data": {"ids": [1]}},
                {"type": "of-a-later-release"},
                file("data:image/png;base64,AA==", "image/png"),
                text("a"),
            )
        ],
        [{"role": "assistant", "content": "a"}],
    ),
    "an answer without content": (
        [user(text("a")), assistant()],
        [{"role": "user", "content": "a"}],
    ),
    "steps with calls": (
        [
            assistant(
                STEP,
                text("a"),
                tool(output={"y": 2}),
                tool(call_id="call-2", name="dynamic-tool", toolName="g", output="r"),
                STEP,
                text("b"),
            )
        ],
        [
            {
                "role": "assistant",
                "content": "a",
                "tool_calls": [call(), call("3ba8dced2", "g", index=1)],
            },
            result('{"y":2}'),
            result("r", "3ba8dced2", "g"),
            {"role": "assistant", "content": "b"},
        ],
    ),
    "a call that failed": (
        [assistant(tool("output-error", errorText="It is down."))],
        [{"role": "assistant", "content": "", "tool_calls": [call()]}, result("It is down.")],
    ),
    "a call that was denied": (
        [assistant(tool("output-denied"))],
        [
            {"role": "assistant", "content": "", "tool_calls": [call()]},
            result("The user did not allow this call."),
        ],
    ),
    "calls without an outcome": (
        [
            assistant(
                tool("input-streaming"),
                tool("input-available"),
                tool("approval-requested"),
                tool("approval-responded"),
                tool(output="half", preliminary=True),
                tool("output-error", input="{", errorText="Not JSON."),
                tool("output-error", input=None, rawInput="{", errorText="Not JSON."),
            )
        ],
        [],
    ),
    "results of other kinds": (
        [
            assistant(tool(output=None)),
            assistant(tool(output=[])),
            assistant(tool(output=[1, {"type": "text"}])),
            assistant(tool(output=[{"type": "new"}])),
            assistant(tool(output=[text("r")])),
        ],
        [
            message
            for content in ("", "[]", '[1,{"type":"text"}]', '[{"type":"new"}]', [text("r")])
            for message in (
                {"role": "assistant", "content": "", "tool_calls": [call()]},
                result(content),
            )
        ],
    ),
    "a question after an answer that was stopped behind its tools": (
        [assistant(tool(output="r")), user(text("And?"))],
        [
            {"role": "assistant", "content": "", "tool_calls": [call()]},
            result("r"),
            {"role": "assistant", "content": "(The answer was interrupted here.)"},
            {"role": "user", "content": "And?"},
        ],
    ),
}


def test_messages_of_a_page_become_messages_of_mistral(subtests):
    for name, (messages, expected) in TABLE.items():
        with subtests.test(name):
            assert converted(*messages) == expected


def test_files_become_chunks(subtests):
    png, pdf = "data:image/png;base64,AA==", "https://a.example/a.pdf"
    table = [
        (file(png, "image/png"), {"type": "image_url", "image_url": png}),
        (
            file(pdf, "application/pdf", filename="a.pdf"),
            {"type": "document_url", "document_url": pdf, "document_name": "a.pdf"},
        ),
        (file(pdf, "text/plain"), {"type": "document_url", "document_url": pdf}),
        (
            file("data:audio/wav;base64,AA==", "audio/wav"),
            {"type": "input_audio", "input_audio": "AA=="},
        ),
        (file(pdf, "audio/wav"), {"type": "input_audio", "input_audio": pdf}),
        (
            file("data:text/csv,1%2C2", "text/csv", filename="<a>"),
            text('<file name="&lt;a&gt;">\n1,2\n</file>'),
        ),
        (
            file("data:application/json;base64,e30=", "application/json"),
            text('<file name="">\n{}\n</file>'),
        ),
    ]
    for part, expected in table:
        with subtests.test(expected["type"]):
            assert converted(user(text("a"), part))[0]["content"][1] == expected


def test_thinking_is_left_out_for_a_model_that_takes_none():
    message = assistant({"type": "reasoning", "text": "hm"}, text("a"))
    assert converted(message, thinking=False) == [{"role": "assistant", "content": "a"}]


MALFORMED = {
    "the body is []; it must be an object": [],
    "messages is missing; it must be a list": {},
    "messages[0] is 'x'; it must be an object": {"messages": ["x"]},
    "messages[0].role is 'tool'; it must be 'system', 'user' or 'assistant'": {
        "messages": [{"role": "tool", "parts": []}]
    },
    "messages[0].parts is 'x'; it must be a list": {"messages": [{"role": "user", "parts": "x"}]},
    "messages[1].parts[1].text is missing; it must be a string": {
        "messages": [user(), user(text("a"), {"type": "text"})]
    },
    "messages[0].parts[0].url is 'blob:x'; it must be a URL with the scheme https or data": {
        "messages": [user(file("blob:x", "image/png"))]
    },
    "messages[0].parts[0].url is 'data:text/plain;base64,+'; it must be a data: URL with valid": {
        "messages": [user(file("data:text/plain;base64,+", "text/plain"))]
    },
    "messages[0].parts[0].type is 'tool-f g'; it must be the name of a function": {
        "messages": [assistant(tool(name="tool-f g", output=""))]
    },
    "messages[0].parts[0].toolName is missing; it must be a string": {
        "messages": [assistant(tool(name="dynamic-tool", output=""))]
    },
    "messages[0].parts[1].toolCallId is 'abcdefghi'; it must be another id": {
        "messages": [assistant(tool(output=""), tool(output=""))]
    },
}


def test_a_malformed_body_is_refused_with_the_place(subtests):
    for message, body in MALFORMED.items():
        with subtests.test(message), pytest.raises(ValueError, match=re.escape(message)):
            messages_from_ui(body)


def test_twice_the_calls_of_a_step_take_twice_the_steps():
    def convert(number):
        call = {"type": "tool-f", "state": "output-available", "input": {}, "output": ""}
        parts = [{**call, "toolCallId": f"{index:09}"} for index in range(number)]
        body = {"messages": [{"role": "assistant", "parts": parts}]}
        return count_steps(lambda: messages_from_ui(body))

    assert convert(200) < 2.1 * convert(100)


def test_answers_to_requests_for_approval_are_decisions():
    def answered(call_id, **approval):
        return tool("approval-responded", call_id=call_id, approval={"id": "1", **approval})

    last = assistant(
        answered("abcdefghi", approved=True),
        answered("call-2", approved=False, reason="Too late."),
        answered("jklmnopqr", approved=False),
        tool("approval-requested", call_id="stuvwxyz1"),
        text("a"),
    )
    expected = {"abcdefghi": True, "3ba8dced2": "Too late.", "jklmnopqr": False}
    assert decisions_from_ui({"messages": [last]}) == expected
    assert decisions_from_ui({"messages": [last, user(text("And?"))]}) == {}
    assert decisions_from_ui({"messages": []}) == {}
    forged = {"messages": [assistant(answered("abcdefghi", approved="yes"))]}
    with pytest.raises(
        ValueError, match=r"messages\[0\].*approved is 'yes'; it must be true or false"
    ):
        decisions_from_ui(forged)


def test_a_long_value_is_not_repeated_in_full():
    with pytest.raises(ValueError, match="messages") as caught:
        messages_from_ui({"messages": "x" * 1_000_000})
    assert len(str(caught.value)) < 200


_tools = st.builds(
    tool,
    st.sampled_from(
        [
            "input-streaming",
            "input-available",
            "approval-requested",
            "approval-responded",
            "output-available",
            "output-error",
            "output-denied",
        ]
    ),
    st.integers(0, 10_000).map(str),
    st.sampled_from(["tool-f", "tool-g"]),
    input=st.sampled_from([{}, {"x": 1}, None, "{"]),
    output=st.sampled_from([None, True, "r", [], [1], [text("r")], {"x": [float("nan")]}]),
    errorText=st.sampled_from(["", "no"]),
)
_parts = st.lists(
    st.one_of(
        st.just(STEP),
        st.builds(text, st.text(max_size=5)),
        st.builds(lambda words: {"type": "reasoning", "text": words}, st.text(max_size=5)),
        _tools,
    ),
    max_size=8,
    unique_by=lambda part: part.get("toolCallId", object()),
)
_turns = st.tuples(st.builds(text, st.text(min_size=1, max_size=5)), _parts)


@given(st.lists(_turns, max_size=4))
def test_any_history_is_one_that_the_api_takes(turns):
    """Whatever state an answer was left in, the order of the messages and the calls are valid."""
    messages = [message for ask, parts in turns for message in (user(ask), assistant(*parts))]
    found = messages_from_ui({"messages": [*messages, user(text("And?"))]})
    check([message.model_dump(mode="json") for message in found])
    contents = [message.content for message in found if isinstance(message.content, list)]
    assert not any(
        isinstance(chunk, UnknownContentChunk) for chunks in contents for chunk in chunks
    )
