"""The messages of a request: their order, their content, and tool calls."""

USER = {"role": "user", "content": "Hello"}


LAST_ROLE = (
    "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"
)


CALL = {"id": "abcdefghi", "function": {"name": "f", "arguments": "{}"}}


CALLING = {"role": "assistant", "tool_calls": [CALL]}
RESULT = {"role": "tool", "content": "x", "tool_call_id": "abcdefghi"}
SAME_NUMBER = "Not the same number of function calls and responses"


CONTENT_CHUNKS = [
    {"type": "text", "text": "x"},
    {"type": "image_url", "image_url": "https://a/b"},
    {"type": "image_url", "image_url": {"url": "https://a/b", "detail": "low"}},
    {"type": "document_url", "document_url": "u", "document_name": None},
    {"type": "reference", "reference_ids": [1, "a"]},
    {"type": "file", "file_id": "f"},
    {"type": "input_audio", "input_audio": "YQ=="},
    {"type": "resource", "uri": "u", "content": "c"},
    {"type": "resource_link", "uri": "u"},
    {
        "type": "thinking",
        "thinking": [{"type": "text", "text": "x"}, {"type": "reference", "reference_ids": []}],
        "closed": True,
    },
]


def test_every_content_chunk_of_the_schema_is_accepted(subtests, post):
    for chunk in CONTENT_CHUNKS:
        with subtests.test(chunk=chunk):
            assert post(messages=[{"role": "user", "content": [chunk]}]).status_code == 200


WRONG_ORDERS = [
    ([], "Conversation must have at least one message"),
    (
        [USER, {"role": "assistant", "content": "x"}, {"role": "system", "content": "x"}, USER],
        "Unexpected role 'system' after role 'assistant'",
    ),
    (
        [
            USER,
            {"role": "assistant", "tool_calls": [CALL]},
            {"role": "tool", "content": "", "tool_call_id": "abcdefghi"},
            USER,
        ],
        "Unexpected role 'user' after role 'tool'",
    ),
    (
        [USER, {"role": "tool", "content": "x"}],
        "Unexpected role 'tool' after role 'user'",
    ),
    (
        [USER, {"role": "assistant", "content": "x"}],
        LAST_ROLE,
    ),
    (
        [
            USER,
            {"role": "assistant", "tool_calls": [CALL, CALL | {"id": "bcdefghij"}]},
            {"role": "tool", "content": "x", "tool_call_id": "abcdefghi"},
        ],
        SAME_NUMBER,
    ),
    ([USER, CALLING, USER, {"role": "assistant", "content": "x"}, USER], SAME_NUMBER),
    (
        [USER, CALLING, RESULT | {"tool_call_id": "bcdefghij"}],
        "Unexpected tool call id bcdefghij in tool results",
    ),
    (
        [USER, {"role": "assistant", "content": "x"}, RESULT],
        "Unexpected tool call id abcdefghi in tool results",
    ),
    ([RESULT], "Unexpected tool call id abcdefghi in tool results"),
    ([USER, CALLING, RESULT, RESULT], "Duplicate tool call id abcdefghi in tool results"),
    (
        [USER, {"role": "assistant", "tool_calls": [CALL, CALL]}, RESULT, RESULT],
        "Duplicate tool call id abcdefghi in assistant message",
    ),
]


def test_messages_in_the_wrong_order_are_rejected(subtests, post):
    for messages, text in WRONG_ORDERS:
        with subtests.test(messages=messages):
            response = post(messages=messages)
            assert response.status_code == 400
            assert response.json() == {
                "object": "error",
                "message": text,
                "type": "invalid_request_message_order",
                "param": None,
                "code": "3230",
            }


ID_FORM = "must be a-z, A-Z, 0-9, with a length of 9."
NAME_FORM = "must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64."
WRONG_CALLS = [
    (CALL | {"id": "call_1"}, f"Tool call id was call_1 but {ID_FORM}"),
    (CALL | {"id": "null"}, "Tool call id has to be defined in serving mode."),
    ({"function": CALL["function"]}, "Tool call id has to be defined in serving mode."),
    (
        CALL | {"function": {"name": "a b", "arguments": {}}},
        f"Function name was a b but {NAME_FORM}",
    ),
]


def test_a_tool_call_of_the_wrong_form_is_rejected(subtests, post):
    rows = [({"role": "assistant", "tool_calls": [call]}, text) for call, text in WRONG_CALLS]
    rows.append((RESULT | {"tool_call_id": "call_1"}, f"Tool call id was call_1 but {ID_FORM}"))
    for message, text in rows:
        with subtests.test(message=message):
            called = [CALLING] if message["role"] == "tool" else []
            response = post(messages=[USER, *called, message, RESULT])
            assert response.status_code == 400
            assert response.json() == {
                "object": "error",
                "message": text,
                "type": "invalid_function_call",
                "param": None,
                "code": "3280",
            }


def test_a_message_that_lacks_what_it_needs_is_rejected_without_a_code(subtests, post):
    silent = "Assistant message must have either content or tool_calls, but not none."
    rows = [
        ([USER, CALLING, {"role": "tool", "content": "x"}], "Tool call id has to be defined."),
        ([USER, {"role": "assistant", "content": ""}, USER], silent),
        ([USER, {"role": "assistant", "content": None, "tool_calls": []}, USER], silent),
    ]
    for messages, text in rows:
        with subtests.test(messages=messages):
            response = post(messages=messages)
            assert response.status_code == 400
            assert response.json() == {
                "object": "error",
                "message": text,
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            }


def test_a_conversation_with_tools_and_a_prefix_is_accepted(post):
    messages = [
        {"role": "system", "content": "x"},
        USER,
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": "x", "tool_call_id": "abcdefghi", "name": "f"},
        {"role": "assistant", "content": "so"},
        USER,
        {"role": "assistant", "content": "I", "prefix": True},
    ]
    assert post(messages=messages).status_code == 200


def test_a_tool_is_a_function_by_default(post):
    tool = {"function": {"name": "f", "parameters": {}}}
    answer = post(tools=[tool], tool_choice="any").json()
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
