"""Requests to a simulator of one scenario, and its replies."""

import json
from typing import Any

from mistralai.simulator import Reply, Scenario, ScenarioLike, Simulator

from .naive_reader import read_answer
from .raw_answer import ask
from .raw_client import request_bytes

USER = {"role": "user", "content": "Hello there"}
POEM = {"role": "user", "content": "Write a short poem about coding."}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city"],
        },
    },
}
SEARCH = {"type": "function", "function": {"name": "web_search", "parameters": {}}}


def body(scenario: ScenarioLike, **fields: Any) -> Any:
    """Return the body of a stream, or the JSON of an answer that does not stream."""
    request = request_bytes({"model": "m", "messages": [USER]} | fields)
    with Simulator(scenario) as sim:
        answer = ask(sim, request)
    framed = {"content-length", "transfer-encoding"} & answer.headers.keys()
    assert (answer.status, answer.end) == (200, "whole" if framed else "eof")
    return answer.body if fields.get("stream") else json.loads(answer.body)


def streamed(scenario: ScenarioLike, **fields: Any) -> Any:
    """Return a stream as `read_answer` reads it."""
    return read_answer(body(scenario, stream=True, **fields))


def whole(scenario: ScenarioLike, **fields: Any) -> Any:
    """Return the choices of an answer that does not stream."""
    return body(scenario, **fields)["choices"]


def saying(**fields: Any) -> Scenario:
    """Return a scenario with this reply."""
    return Scenario(Reply(**fields))
