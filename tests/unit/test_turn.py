"""The calls of an answer that can be run, and the message for the next turn."""

import json
from itertools import product

from pydantic import TypeAdapter

from mistralai.client._answer.turn import message_of, sorted_calls
from mistralai.client.models import ChatCompletionRequestMessage
from support.chunks import chunk_of, read

OPENED = {"tool_calls": [{"id": "aaaaaaaaa", "function": {"name": "f", "arguments": ""}}]}


def called(arguments, name="f", **fields):
    return {"tool_calls": [{"function": {"name": name, "arguments": arguments}, **fields}]}


def outcome(*chunks, ended=True):
    """Return the arguments of the complete calls, and those of the others with the reasons."""
    calls = sorted_calls(read(*chunks)[0].choice(0), ended=ended)
    return (
        [call.function.arguments for call in calls.complete],
        [(each.call.function.arguments, each.reason) for each in calls.incomplete],
    )


def test_a_call_is_complete_when_its_arguments_are_json_and_the_answer_ended(subtests):
    for arguments in ['{"a": 1}', "[]", "5", '{"a": "\\ud800"}', {"a": 1}, {}]:
        with subtests.test(arguments=arguments):
            assert outcome(chunk_of(called(arguments), "tool_calls")) == ([arguments], [])


def test_no_arguments_read_as_an_empty_object(subtests):
    for arguments in ["", "  \n", None]:
        with subtests.test(arguments=arguments):
            chunk = chunk_of(called(arguments), "tool_calls")
            assert outcome(chunk) == (["{}"], [])
            message = message_of(read(chunk)[0].choice(0), ended=True)
            assert message.tool_calls[0].function.arguments == "{}"


BAD_JSON = ['{"a": ', "{'a': 1}", "NaN", '{"a": Infinity}', "[-Infinity]", "{} x", "[" * 10**5]


def test_arguments_that_are_not_json_are_malformed(subtests):
    for arguments in BAD_JSON:
        with subtests.test(arguments=arguments[:20]):
            assert outcome(chunk_of(called(arguments), "stop")) == ([], [(arguments, "malformed")])


def test_a_call_without_a_name_is_malformed():
    assert outcome(chunk_of(called("{}", name=""), "tool_calls")) == ([], [("{}", "malformed")])


def test_a_call_of_an_answer_that_was_cut_off_is_truncated(subtests):
    for reason in ["length", "model_length", "error"]:
        for arguments in ["{}", '{"a']:
            with subtests.test(reason=reason, arguments=arguments):
                found = outcome(chunk_of(called(arguments), reason))
                assert found == ([], [(arguments, "truncated")])


def test_without_a_finish_reason_the_end_of_the_stream_decides():
    chunk = chunk_of(called("{}"))
    assert outcome(chunk, ended=False) == ([], [("{}", "truncated")])
    assert outcome(chunk, ended=True) == (["{}"], [])


def test_before_a_choice_begins_there_is_nothing():
    calls = sorted_calls(None, ended=False)
    assert (calls.complete, calls.incomplete) == ([], [])
    assert message_of(None, ended=False).content == ""


NAMES, ARGUMENTS = ("get_time", "get_date"), ('{"zone": "é\\n"}', '{"x": [1, {"y": null}]}')


def test_complete_calls_in_one_delta_come_out_right_whatever_their_index(subtests):
    for indexes in product([None, 0, 1], repeat=2):
        with subtests.test(indexes=indexes):
            pieces = [
                {"function": {"name": name, "arguments": arguments}, "id": name}
                | ({} if index is None else {"index": index})
                for index, name, arguments in zip(indexes, NAMES, ARGUMENTS, strict=True)
            ]
            answer, _ = read(chunk_of({"tool_calls": pieces}, "tool_calls"))
            calls = sorted_calls(answer.choice(0), ended=True)
            assert calls.incomplete == []
            assert [
                (call.id, call.function.name, call.function.arguments) for call in calls.complete
            ] == list(zip(NAMES, NAMES, ARGUMENTS, strict=True))


def message(*chunks, ended=True):
    """Return the message as a request has it."""
    made = message_of(read(*chunks)[0].choice(0), ended=ended)
    as_sent = TypeAdapter(ChatCompletionRequestMessage).dump_json(made)
    return json.loads(as_sent)


def test_a_message_of_text_is_sent_back_as_text():
    chunks = [chunk_of({"role": "assistant", "content": "He"}), chunk_of({"content": "y"}, "stop")]
    assert message(*chunks) == {"role": "assistant", "content": "Hey"}


def test_a_message_keeps_its_thinking():
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "so"}], "closed": True}
    chunks = [chunk_of({"content": [thought]}), chunk_of({"content": "A"}, "stop")]
    assert message(*chunks) == {
        "role": "assistant",
        "content": [thought, {"type": "text", "text": "A"}],
    }


def test_a_message_keeps_the_thinking_of_compatible_servers_and_no_other_field_of_theirs():
    chunks = [
        chunk_of({"reasoning_content": "h", "refusal": None, "token_ids": [1]}),
        chunk_of({"reasoning_content": "m", "content": "A"}, "stop"),
    ]
    assert message(*chunks) == {"role": "assistant", "content": "A", "reasoning_content": "hm"}


def test_a_message_has_the_complete_calls_without_index_and_placeholder_id():
    pieces = [
        {"id": "aaaaaaaaa", "index": 0, "function": {"name": "f", "arguments": ""}},
        {"id": "bbbbbbbbb", "index": 1, "function": {"name": "g", "arguments": '{"a'}},
        {"id": "null", "index": 2, "function": {"name": "h", "arguments": "{}"}},
    ]
    assert message(chunk_of({"tool_calls": pieces}, "tool_calls")) == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "aaaaaaaaa",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
            },
            {"type": "function", "function": {"name": "h", "arguments": "{}"}},
        ],
    }


def test_a_message_whose_calls_are_all_left_out_has_content_all_the_same():
    assert message(chunk_of(OPENED), ended=False) == {"role": "assistant", "content": ""}
