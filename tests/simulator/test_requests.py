"""What the API refuses, and the status and body that it answers with."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.simulator import Fields, Request, Simulator
from mistralai.simulator.app import App

USER = {"role": "user", "content": "Hello"}
LAST_ROLE = (
    "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"
)
CALL = {"id": "abcdefghi", "function": {"name": "f", "arguments": "{}"}}


def only_detail(response):
    assert response.status_code == 422
    [detail] = response.json()["detail"]
    return detail


def test_an_unknown_field_is_refused_with_its_value(post):
    assert post(seed=5).json() == {
        "detail": [
            {
                "type": "extra_forbidden",
                "loc": ["body", "seed"],
                "msg": "Extra inputs are not permitted",
                "input": 5,
            }
        ]
    }


def test_missing_fields_are_each_reported(auto, http):
    response = http.post(f"{auto.url}/v1/chat/completions", json={})
    assert response.status_code == 422
    assert [(d["type"], d["loc"]) for d in response.json()["detail"]] == [
        ("missing", ["body", "model"]),
        ("missing", ["body", "messages"]),
    ]


WRONG_VALUES = [
    ("model", 5, "string_type", "Input should be a valid string"),
    ("messages", {}, "list_type", "Input should be a valid list"),
    ("stream", "yes", "bool_type", "Input should be a valid boolean"),
    ("max_tokens", "x", "int_type", "Input should be a valid integer"),
    ("max_tokens", 1.5, "int_type", "Input should be a valid integer"),
    ("max_tokens", -1, "greater_than_equal", "Input should be greater than or equal to 0"),
    ("n", 0, "greater_than_equal", "Input should be greater than or equal to 1"),
    ("temperature", True, "float_type", "Input should be a valid number"),
    ("temperature", 2, "less_than_equal", "Input should be less than or equal to 1.5"),
    ("temperature", -1, "greater_than_equal", "Input should be greater than or equal to 0"),
    ("metadata", [], "dict_type", "Input should be a valid dictionary"),
    ("service_tier", "x", "literal_error", "Input should be 'auto' or 'standard_only'"),
    ("prompt_mode", "x", "literal_error", "Input should be 'reasoning'"),
    (
        "prediction",
        1,
        "model_attributes_type",
        "Input should be a valid dictionary or object to extract fields from",
    ),
]


def test_a_wrong_value_is_reported_as_pydantic_does(subtests, post):
    for field, value, kind, message in WRONG_VALUES:
        with subtests.test(field=field):
            detail = only_detail(post(**{field: value}))
            assert (detail["type"], detail["loc"], detail["msg"], detail["input"]) == (
                kind,
                ["body", field],
                message,
                value,
            )


def test_a_bound_is_given_with_the_error(post):
    assert only_detail(post(temperature=1.6))["ctx"] == {"le": 1.5}


def test_null_is_taken_where_the_schema_has_it(subtests, post):
    for field in [
        "temperature",
        "top_p",
        "max_tokens",
        "stop",
        "random_seed",
        "tools",
        "n",
        "guardrails",
    ]:
        with subtests.test(field=field):
            assert post(**{field: None}).status_code == 200


def test_null_is_refused_where_the_schema_has_it_not(subtests, post):
    for field in ["stream", "response_format", "tool_choice", "safe_prompt"]:
        with subtests.test(field=field):
            assert post(**{field: None}).status_code == 422


def test_every_field_of_the_schema_is_taken(post):
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    response = post(
        temperature=1.5,
        top_p=1,
        max_tokens=5,
        min_tokens=1,
        top_k=1,
        repetition_penalty=1.0,
        logprobs=True,
        top_logprobs=1,
        prompt_logprobs=False,
        top_prompt_logprobs=0,
        stream=False,
        stop=["x"],
        random_seed=1,
        metadata={"a": 1},
        response_format={"type": "text"},
        tools=[tool],
        tool_choice="auto",
        presence_penalty=-2,
        frequency_penalty=2,
        n=1,
        prediction={"type": "content", "content": ""},
        parallel_tool_calls=True,
        reasoning_effort="high",
        prompt_mode="reasoning",
        guardrails=[{"block_on_error": False}],
        prompt_cache_key="k",
        service_tier="auto",
        safe_prompt=False,
    )
    assert response.status_code == 200


def test_an_unknown_role_is_reported_with_those_known(post):
    detail = only_detail(post(messages=[{"role": "robot", "content": "x"}]))
    assert detail["type"] == "union_tag_invalid"
    assert detail["loc"] == ["body", "messages", 0]
    assert detail["ctx"]["expected_tags"] == "'system', 'user', 'assistant', 'tool'"


def test_a_message_without_a_role_is_reported(post):
    assert only_detail(post(messages=[{"content": "x"}]))["type"] == "union_tag_not_found"


def test_wrong_content_is_reported_for_each_form_it_may_have(post):
    response = post(messages=[{"role": "user", "content": {"type": "text", "wrong": "format"}}])
    assert response.status_code == 422
    first, second = response.json()["detail"]
    given = {"type": "text", "wrong": "format"}
    place = ["body", "messages", 0, "user", "content"]
    assert first == {
        "type": "string_type",
        "loc": [*place, "str"],
        "msg": "Input should be a valid string",
        "input": given,
    }
    recorded = (
        "list[tagged-union[TextChunk,ImageURLChunk,DocumentURLChunk,ReferenceChunk,BBoxChunk,"
        "FileURLChunk,AudioChunk]]"
    )
    assert second == {
        "type": "list_type",
        "loc": [*place, recorded],
        "msg": "Input should be a valid list",
        "input": given,
    }


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


def test_every_content_chunk_of_the_schema_is_taken(subtests, post):
    for chunk in CONTENT_CHUNKS:
        with subtests.test(chunk=chunk):
            assert post(messages=[{"role": "user", "content": [chunk]}]).status_code == 200


def test_what_is_no_json_is_reported(subtests, auto, http):
    for body in [b"{", b"\xff", b"[" * 100_000, b""]:
        with subtests.test(body=body):
            response = http.post(f"{auto.url}/v1/chat/completions", content=body)
            detail = only_detail(response)
            assert (detail["type"], detail["loc"][0]) == ("json_invalid", "body")


def test_json_that_is_no_object_is_reported(auto, http):
    response = http.post(f"{auto.url}/v1/chat/completions", json=[1])
    assert only_detail(response)["type"] == "model_attributes_type"


def test_without_a_key_the_answer_is_401(subtests, auto, http):
    for value in ["", "Bearer", "Basic a2V5"]:
        with subtests.test(value=value):
            response = http.post(
                f"{auto.url}/v1/chat/completions", headers={"authorization": value}
            )
            assert (response.status_code, response.json()) == (401, {"detail": "Unauthorized"})


def test_another_key_than_the_one_wanted_is_refused(http):
    body = {"model": "m", "messages": [USER]}
    with Simulator(api_key="right") as sim:
        url = f"{sim.url}/v1/chat/completions"
        wrong = http.post(url, json=body)
        right = http.post(url, json=body, headers={"authorization": "Bearer right"})
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid API Key"})
    assert right.status_code == 200


def test_an_unknown_path_is_404(auto, http):
    response = http.post(f"{auto.url}/v1/chat")
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})


def test_another_method_is_405(auto, http):
    response = http.get(f"{auto.url}/v1/chat/completions")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == {"detail": "Method Not Allowed"}


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


def test_messages_in_a_wrong_order_are_refused(subtests, post):
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


def test_a_tool_call_of_the_wrong_form_is_refused(subtests, post):
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


def test_a_conversation_with_tools_and_a_prefix_is_taken(post):
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


def test_a_tool_is_a_function_unless_it_says_otherwise(post):
    tool = {"function": {"name": "f", "parameters": {}}}
    answer = post(tools=[tool], tool_choice="any").json()
    assert answer["choices"][0]["finish_reason"] == "tool_calls"


def test_a_whole_number_may_be_written_with_a_point(post):
    choices = post(max_tokens=1.0, n=2.0).json()["choices"]
    assert [choice["message"]["content"] for choice in choices] == ["Hello"] * 2


def test_what_is_nested_too_deeply_is_refused(auto, http):
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    body = b'{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":%b}' % deep
    response = http.post(f"{auto.url}/v1/chat/completions", content=body)
    assert response.status_code in {200, 400, 422}  # it depends on Python's own limit


WORDS = st.sampled_from(["text", "user", "type", "f", "any", "x"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "tool", "assistant", "system"]) | ANY_JSON},
    optional=dict.fromkeys(("content", "tool_calls", "prefix", "tool_call_id"), ANY_JSON),
)
TOOL = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"name": WORDS | ANY_JSON, "parameters": ANY_JSON})},
    optional={"type": st.just("function") | ANY_JSON},
)
OPTIONS = ["n", "stop", "max_tokens", "tool_choice", "response_format", "stream", "temperature"]
ANY_BODY = st.fixed_dictionaries(
    {"model": WORDS | ANY_JSON, "messages": st.lists(MESSAGE, max_size=3) | ANY_JSON},
    optional={"tools": st.lists(TOOL, max_size=2) | ANY_JSON, **dict.fromkeys(OPTIONS, ANY_JSON)},
)


@settings(deadline=None)  # other work on the machine is no failure
@given(ANY_BODY | ANY_JSON, st.sampled_from(["auto", "tool-calls", "compatible", "thinking"]))
def test_any_json_is_answered(body, preset):
    """Whatever JSON comes: an answer of the API's, written to its end, and never an exception."""
    app = App(preset, seed=0, api_key=None)
    request = Request(
        method="POST",
        target="/v1/chat/completions",
        headers=Fields((("authorization", "Bearer key"),)),
        body=json.dumps(body).encode(),
        number=1,
        connection=1,
    )
    answer = app.answer(request)
    assert answer.status in {200, 400, 422}
    assert all(isinstance(step, bytes) for step in answer.body)


def test_a_scenario_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match="'nonsense' is no preset; use one of auto, echo"):
        Simulator("nonsense")
