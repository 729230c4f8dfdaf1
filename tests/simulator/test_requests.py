"""Requests that the API rejects, with the status and body of the answer."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.simulator import Fields, Request, Simulator
from mistralai.simulator.app import App

USER = {"role": "user", "content": "Hello"}


BODY = {"model": "m", "messages": [USER]}


def wrong(field, value, kind, message, **context):
    """Return a body with a wrong value, and the error that reports it."""
    detail = {"type": kind, "loc": ["body", field], "msg": message, "input": value}
    return {**BODY, field: value}, [detail | ({"ctx": context} if context else {})]


ROLES = "'system', 'user', 'assistant', 'tool'"


CONTENT = {"type": "text", "wrong": "format"}


CONTENT_FORMS = (
    "list[tagged-union[TextChunk,ImageURLChunk,DocumentURLChunk,ReferenceChunk,BBoxChunk,"
    "FileURLChunk,AudioChunk]]"
)


REPORTED = {
    "unknown field": wrong("seed", 5, "extra_forbidden", "Extra inputs are not permitted"),
    "model": wrong("model", 5, "string_type", "Input should be a valid string"),
    "messages": wrong("messages", {}, "list_type", "Input should be a valid list"),
    "stream": wrong("stream", "yes", "bool_type", "Input should be a valid boolean"),
    "text": wrong("max_tokens", "x", "int_type", "Input should be a valid integer"),
    "fraction": wrong("max_tokens", 1.5, "int_type", "Input should be a valid integer"),
    "below 0": wrong(
        "max_tokens",
        -1,
        "greater_than_equal",
        "Input should be greater than or equal to 0",
        ge=0,
    ),
    "below 1": wrong(
        "n", 0, "greater_than_equal", "Input should be greater than or equal to 1", ge=1
    ),
    "true for a number": wrong("temperature", True, "float_type", "Input should be a valid number"),
    "above 1.5": wrong(
        "temperature",
        2,
        "less_than_equal",
        "Input should be less than or equal to 1.5",
        le=1.5,
    ),
    "negative": wrong(
        "temperature",
        -1,
        "greater_than_equal",
        "Input should be greater than or equal to 0",
        ge=0,
    ),
    "metadata": wrong("metadata", [], "dict_type", "Input should be a valid dictionary"),
    "service_tier": wrong(
        "service_tier",
        "x",
        "literal_error",
        "Input should be 'auto' or 'standard_only'",
        expected="'auto' or 'standard_only'",
    ),
    "prompt_mode": wrong(
        "prompt_mode",
        "x",
        "literal_error",
        "Input should be 'reasoning'",
        expected="'reasoning'",
    ),
    "prediction": wrong(
        "prediction",
        1,
        "model_attributes_type",
        "Input should be a valid dictionary or object to extract fields from",
    ),
    "missing fields": (
        {},
        [
            {"type": "missing", "loc": ["body", "model"]},
            {"type": "missing", "loc": ["body", "messages"]},
        ],
    ),
    "not an object": ([1], [{"type": "model_attributes_type"}]),
    "unknown role": (
        {**BODY, "messages": [{"role": "robot", "content": "x"}]},
        [{"type": "union_tag_invalid", "loc": ["body", "messages", 0]}],
    ),
    "no role": ({**BODY, "messages": [{"content": "x"}]}, [{"type": "union_tag_not_found"}]),
    # Content is reported for each form that it may have.
    "content": (
        {**BODY, "messages": [{"role": "user", "content": CONTENT}]},
        [
            {
                "type": "string_type",
                "loc": ["body", "messages", 0, "user", "content", "str"],
                "msg": "Input should be a valid string",
                "input": CONTENT,
            },
            {
                "type": "list_type",
                "loc": ["body", "messages", 0, "user", "content", CONTENT_FORMS],
                "msg": "Input should be a valid list",
                "input": CONTENT,
            },
        ],
    ),
}


def test_a_wrong_body_is_reported_as_pydantic_does(subtests, auto, http):
    url = f"{auto.url}/v1/chat/completions"
    for name, (body, details) in REPORTED.items():
        with subtests.test(name):
            response = http.post(url, json=body)
            found = response.json()["detail"]
            assert response.status_code == 422
            assert [detail | known for detail, known in zip(found, details, strict=True)] == found
            if name == "unknown role":
                assert found[0]["ctx"]["expected_tags"] == ROLES
            if name not in {"missing fields", "not an object", "unknown role", "no role"}:
                assert found == details
    for body in [b"{", b"\xff", b"[" * 100_000, b""]:
        with subtests.test("not JSON", body=body[:5]):
            response = http.post(url, content=body)
            [detail] = response.json()["detail"]
            assert response.status_code == 422
            assert (detail["type"], detail["loc"][0]) == ("json_invalid", "body")


NULLABLE = dict.fromkeys(
    ["temperature", "top_p", "max_tokens", "stop", "random_seed", "tools", "n", "guardrails"], 200
)


NOT_NULLABLE = dict.fromkeys(["stream", "response_format", "tool_choice", "safe_prompt"], 422)


def test_null_is_accepted_where_the_schema_has_it(subtests, post):
    for field, status in {**NULLABLE, **NOT_NULLABLE}.items():
        with subtests.test(field):
            assert post(**{field: None}).status_code == status


def test_every_field_of_the_schema_is_accepted(post):
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


def test_a_request_without_the_key_is_401(subtests, auto, http):
    for value in ["", "Bearer", "Basic a2V5"]:
        with subtests.test(value):
            response = http.post(
                f"{auto.url}/v1/chat/completions", headers={"authorization": value}
            )
            assert (response.status_code, response.json()) == (401, {"detail": "Unauthorized"})
    with Simulator(api_key="right") as sim:
        url = f"{sim.url}/v1/chat/completions"
        with subtests.test("another key"):
            wrong_key = http.post(url, json=BODY)
            assert (wrong_key.status_code, wrong_key.json()) == (401, {"detail": "Invalid API Key"})
        with subtests.test("the key"):
            right = http.post(url, json=BODY, headers={"authorization": "Bearer right"})
            assert right.status_code == 200


def test_an_unknown_path_is_404_and_another_method_405(auto, http):
    unknown = http.post(f"{auto.url}/v1/chat")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not Found"})
    other = http.get(f"{auto.url}/v1/chat/completions")
    assert (other.status_code, other.headers["allow"]) == (405, "POST")
    assert other.json() == {"detail": "Method Not Allowed"}


def test_an_integer_may_have_a_decimal_point(post):
    choices = post(max_tokens=1.0, n=2.0).json()["choices"]
    assert [choice["message"]["content"] for choice in choices] == ["Hello"] * 2


def test_json_nested_too_deeply_is_rejected(auto, http):
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    body = b'{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":%b}' % deep
    response = http.post(f"{auto.url}/v1/chat/completions", content=body)
    assert response.status_code in {200, 400, 422}  # depends on Python's recursion limit


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


@settings(deadline=None)  # a busy machine is not a failure
@given(ANY_BODY | ANY_JSON, st.sampled_from(["auto", "tool-calls", "compatible", "thinking"]))
def test_any_json_is_answered(body, preset):
    """Whatever the JSON: a complete answer of the API, and never an exception."""
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
