"""The messages of a request: their order, their content, and tool calls."""

USER = {"role": "user", "content": "Hello"}


LAST_ROLE = (
    "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"
)


CALL = {"id": "abcdefghi", "function": {"name": "f", "arguments": "{}"}}


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
            {"role": "tool", "content": ""},
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
        "Not the same number of function calls and responses",
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


def test_a_tool_call_of_the_wrong_form_is_rejected(subtests, post):
    for call in [CALL | {"id": "call_1"}, CALL | {"function": {"name": "a b", "arguments": {}}}]:
        with subtests.test(call=call):
            messages = [
                USER,
                {"role": "assistant", "tool_calls": [call]},
                {"role": "tool", "content": ""},
            ]
            response = post(messages=messages)
            assert response.status_code == 400
            assert (response.json()["type"], response.json()["code"]) == (
                "invalid_function_call",
                "3280",
            )


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
