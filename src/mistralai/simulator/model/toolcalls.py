"""Which tools the simulated model calls, and how a stream writes the calls."""

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
from .seeding import Chance

_EXAMPLE: Final = Call(name="get_weather", arguments={"city": "Paris"})
"""What is called where a call is wanted and the request has no tool."""
_WORD: Final = re.compile(r"[a-z]{4,}")


def choose(reply: Reply, body: Mapping[str, Any], chance: Chance) -> list[Call]:
    """Choose the calls that answer a checked request; none where text answers it.

    Raises:
        Refused: A chosen tool's schema is not covered, or `tool_choice` names no tool.
    """
    if reply.calls:
        return list(reply.calls)
    places = _wanted(reply, body)
    if places is None:
        return []
    count = 1 if body.get("parallel_tool_calls") is False else reply.call_count
    if not places:
        return [_EXAMPLE] * count
    return [_call(body["tools"], place, chance) for place in islice(cycle(places), count)]


def choice(calls: Sequence[Call], reply: Reply, limit: int | None, chance: Chance) -> Choice:
    """Write calls as one choice of an answer.

    Args:
        calls: At least one.
        reply: How they are written.
        limit: How many tokens they may have; arguments that are cut are no JSON any more.
        chance: Where their ids come from.
    """
    form = reply.call_form
    whole = [_whole(call, index, form, chance) for index, call in enumerate(calls)]
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
    """Give what so many tokens hold of some calls."""
    for call in calls:
        name, arguments = call["function"]["name"], tokens.split(call["function"]["arguments"])
        limit -= tokens.count(name)
        if limit < 0:
            return
        yield {**call, "function": {"name": name, "arguments": "".join(arguments[:limit])}}
        limit -= len(arguments)


def _wanted(reply: Reply, body: Mapping[str, Any]) -> list[int] | None:
    """Give the places of the tools to call, best first; `None` to call none."""
    names = {
        place: tool["function"]["name"]
        for place, tool in enumerate(body.get("tools") or ())
        if tool.get("type", "function") == "function"
    }
    wanted = body.get("tool_choice", "auto")
    if not isinstance(wanted, str):
        return _named(wanted["function"]["name"], names)
    last = body["messages"][-1]
    mentioned = [place for place, name in names.items() if _is_mentioned(name, text_of(last))]
    if wanted in {"any", "required"} or (reply.source == "tools" and last["role"] != "tool"):
        return mentioned or list(names)
    if wanted == "auto" and reply.source == "auto" and last["role"] == "user":
        return mentioned or None
    return None


def _named(name: str, names: Mapping[int, str]) -> list[int]:
    places = [place for place, other in names.items() if other == name]
    if not places:
        raise Refused(wrong_argument(f"tool_choice.function.name: {name!r} is none of the tools"))
    return places


def _is_mentioned(name: str, text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in _WORD.findall(name.lower()))


def _call(tools: Sequence[Any], place: int, chance: Chance) -> Call:
    function = tools[place]["function"]
    try:
        # Arguments are an object, also where the schema leaves that open.
        arguments = example({"type": "object", **function["parameters"]}, chance.random)
    except SchemaError as error:
        message = f"tools[{place}].function.parameters.{error}"
        raise Refused(wrong_argument(message)) from error
    return Call(name=function["name"], arguments=arguments)


def _whole(call: Call, index: int, form: CallForm, chance: Chance) -> dict[str, Any]:
    arguments = call.arguments
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments, ensure_ascii=False)
    return {
        "id": chance.long_call_id() if form == "fragments" else chance.tool_call_id(),
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
