"""The tool calls of the simulated model, and their form in a stream."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Any, Final

from ..api.errors import Refused, wrong_argument
from ..api.messages import text_of
from ..jsonschema import SchemaError, example
from . import tokens
from .completion import Choice, Delta
from .reply import Call, CallForm, Reply
from .seeding import Randomness

_EXAMPLE: Final = Call(name="get_weather", arguments={"city": "Paris"})
"""The call if one is required and the request has no tool."""
_WORD: Final = re.compile(r"[a-z]{4,}")


def choose(reply: Reply, body: Mapping[str, Any], randomness: Randomness) -> list[Call]:
    """Return the calls that answer a checked request; none if text answers it.

    Raises:
        Refused: The schema of a chosen tool is not supported, or `tool_choice` names an unknown
            tool.
    """
    if reply.calls:
        return list(reply.calls)
    places = _wanted(reply, body)
    if places is None:
        return []
    count = 1 if body.get("parallel_tool_calls") is False else reply.call_count
    if not places:
        return [_EXAMPLE] * count
    return [_call(body["tools"], place, randomness) for place in islice(cycle(places), count)]


def choice(
    calls: Sequence[Call], reply: Reply, limit: int | None, randomness: Randomness
) -> Choice:
    """Return one choice of an answer with tool calls.

    Args:
        calls: The calls, at least one.
        reply: The reply, for the form of the calls.
        limit: The most tokens; arguments cut by the limit are not valid JSON.
        randomness: The source of the ids.
    """
    form = reply.call_form
    whole = [_whole(call, index, form, randomness) for index, call in enumerate(calls)]
    made = whole if limit is None else list(_within(whole, limit))
    message = {"role": "assistant", "tool_calls": made or None, "content": ""}
    reason = reply.finish_reason or ("tool_calls" if made == whole else "length")
    return Choice(_deltas(made, form), message, reason)


def _deltas(calls: list[dict[str, Any]], form: CallForm) -> list[Delta]:
    if not calls:
        return [{"content": ""}]
    match form:
        case "whole":
            return [{"tool_calls": calls}]
        case "no-index":
            shown = [{"id": call["id"], "function": call["function"]} for call in calls]
            return [{"tool_calls": shown}]
        case "fragments" | "openai":
            last: Delta = {"index": 0, "content": ""} if form == "fragments" else {"content": ""}
            return [*(delta for call in calls for delta in _fragments(call, form)), last]


def _within(calls: Sequence[dict[str, Any]], limit: int) -> Iterator[dict[str, Any]]:
    """Yield the calls that fit within a number of tokens; the last one may be cut."""
    for call in calls:
        name, arguments = call["function"]["name"], tokens.split(call["function"]["arguments"])
        limit -= tokens.count(name)
        if limit < 0:
            return
        yield {**call, "function": {"name": name, "arguments": "".join(arguments[:limit])}}
        limit -= len(arguments)


def _wanted(reply: Reply, body: Mapping[str, Any]) -> list[int] | None:
    """Return the places of the tools to call, best first; `None` for text."""
    names = {
        place: tool["function"]["name"]
        for place, tool in enumerate(body.get("tools") or ())
        if tool.get("type", "function") == "function"
    }
    tool_choice = body.get("tool_choice", "auto")
    if not isinstance(tool_choice, str):
        return _named(tool_choice["function"]["name"], names)
    last = body["messages"][-1]
    mentioned = [place for place, name in names.items() if _is_mentioned(name, text_of(last))]
    if tool_choice in {"any", "required"} or (reply.source == "tools" and last["role"] != "tool"):
        return mentioned or list(names)
    if tool_choice == "auto" and reply.source == "auto" and last["role"] == "user":
        return mentioned or None
    return None


def _named(name: str, names: Mapping[int, str]) -> list[int]:
    places = [place for place, other in names.items() if other == name]
    if not places:
        raise Refused(
            wrong_argument(f"tool_choice.function.name: {name!r} is not one of the tools")
        )
    return places


def _is_mentioned(name: str, text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in _WORD.findall(name.lower()))


def _call(tools: Sequence[Any], place: int, randomness: Randomness) -> Call:
    function = tools[place]["function"]
    try:
        # Arguments are an object, even if the schema does not require one.
        arguments = example({"type": "object", **function["parameters"]}, randomness.random)
    except SchemaError as error:
        message = f"tools[{place}].function.parameters.{error}"
        raise Refused(wrong_argument(message)) from error
    return Call(name=function["name"], arguments=arguments)


def _whole(call: Call, index: int, form: CallForm, randomness: Randomness) -> dict[str, Any]:
    arguments = call.arguments
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments, ensure_ascii=False)
    return {
        "id": randomness.long_call_id() if form == "fragments" else randomness.tool_call_id(),
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
        "index": index,
    }


def _fragments(call: Mapping[str, Any], form: CallForm) -> Iterator[Delta]:
    function = call["function"]
    pieces = tokens.split(function["arguments"])
    index = call["index"]
    if form == "openai":
        first = {"index": index, "id": call["id"], "type": "function"}
        yield {"tool_calls": [{**first, "function": {"name": function["name"]}}]}
        for piece in pieces:
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
        return
    rest = {"index": 0, "content": ""}
    opening = {**call, "function": {"name": function["name"], "arguments": ""}}
    yield {"tool_calls": [opening], **rest}
    for piece in pieces:
        named = {"name": "", "arguments": piece}
        yield {"tool_calls": [{"type": "function", "function": named, "index": index}], **rest}
