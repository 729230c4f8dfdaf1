"""The answers of the simulated model to checked requests."""

import json
from collections.abc import Mapping
from typing import Any, Final

from ..api.errors import Refused, too_long, wrong_argument
from ..api.messages import text_of
from ..jsonschema import SchemaError, example
from ..jsonschema.formats import words
from . import tokens, toolcalls
from .completion import Choice, Completion, Delta
from .reply import PrefixEcho, Reply, ThinkingEnd
from .seeding import Randomness

CONTEXT: Final = 131_072
"""The most tokens of a prompt (the recorded error of wire-format section 7)."""

POEM_PROMPT: Final = "Write a short poem about coding."
POEM: Final = """\
A cursor blinks, the room is still,
a na\u00efve idea becomes a will.
One loop, one branch, a careful name,
and chaos joins an ordered game.

The tests run red, then one runs green,
the cleanest light I've ever seen.
I push, I rest \u2014 the night is deep:
the code can dream while coders sleep."""
CODE: Final = "    return sum(values) / len(values)\n"


def compose(reply: Reply, body: Mapping[str, Any], randomness: Randomness) -> Completion:
    """Answer a checked request of the chat, the agents or the fill-in-the-middle endpoint.

    Args:
        reply: The reply.
        body: The request's body.
        randomness: The source of everything random.

    Raises:
        Refused: The prompt is too long, or a schema is not covered.
    """
    prompt = [body.get("messages"), body.get("prompt"), body.get("suffix"), body.get("tools")]
    prompt_tokens = tokens.count(prompt)
    if prompt_tokens > CONTEXT:
        raise Refused(too_long(prompt_tokens, CONTEXT))
    count = int(reply.n or body.get("n") or 1)
    options: Mapping[str, Any] = body.get("stream_options") or {}
    return Completion(
        model=body.get("model", "mistral-medium-latest"),  # a request to an agent names no model
        randomness=randomness,
        prompt_tokens=prompt_tokens,
        choices=[_choice(reply, body, randomness, number) for number in range(count)],
        usage_shape=reply.usage,
        dialect=reply.dialect,
        include_usage=bool(options.get("include_usage")),
    )


def _choice(reply: Reply, body: Mapping[str, Any], randomness: Randomness, number: int) -> Choice:
    calls = toolcalls.choose(reply, body, randomness) if "messages" in body else []
    limit = None if body.get("max_tokens") is None else int(body["max_tokens"])
    if calls:
        return toolcalls.choice(calls, reply, limit, randomness)
    thinking = tokens.split(reply.thinking or "")
    text_tokens = tokens.split(
        _until_stop(_text(reply, body, randomness, number), body.get("stop"))
    )
    reason = reply.finish_reason or "stop"
    if limit is not None and limit < len(thinking) + len(text_tokens):
        thinking = thinking[:limit]
        text_tokens = text_tokens[: limit - len(thinking)]
        reason = reply.finish_reason or "length"
    text_tokens = [*_prefix(reply.prefix, body), *text_tokens]
    deltas = _deltas(thinking, text_tokens, reply.thinking_end)
    if reason == "stop" or not deltas:
        deltas.append({"content": ""})
    return Choice(deltas, _message("".join(thinking), "".join(text_tokens)), reason)


def _message(thinking: str, text: str) -> dict[str, Any]:
    content: Any = text
    if thinking:
        thought = {**_thought(thinking), "closed": True}
        content = [thought, {"type": "text", "text": text}]
    return {"role": "assistant", "tool_calls": None, "content": content}


def _thought(text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


def _deltas(thinking: list[str], text_tokens: list[str], end: ThinkingEnd) -> list[Delta]:
    thoughts = [_thought(token) for token in thinking]
    for thought in thoughts[len(thoughts) // 2 :]:
        thought["closed"] = True  # as recorded: long before the end of the thinking
    deltas: list[Delta] = [{"content": [thought]} for thought in thoughts]
    if thinking and text_tokens and end == "joined":
        deltas[-1]["content"].append({"type": "text", "text": text_tokens[0]})
        text_tokens = text_tokens[1:]
    elif thinking and end == "empty":
        deltas.append({"content": [{"type": "thinking", "thinking": []}]})
    return [*deltas, *({"content": token} for token in text_tokens)]


def _prefix(echo: PrefixEcho, body: Mapping[str, Any]) -> list[str]:
    """Return the pieces of the answer that repeat the prefix, if there is one."""
    last: Mapping[str, Any] = body["messages"][-1] if "messages" in body else {}
    text = text_of(last) if last.get("prefix") else ""
    forms = {
        "whole": [text],
        "split": tokens.split(text),
        "trimmed": [text.rstrip()],
        "absent": [],
    }
    return [piece for piece in forms[echo] if piece]


def _until_stop(text: str, stop: str | list[str] | None) -> str:
    if stop is None:
        return text
    stops = [stop] if isinstance(stop, str) else stop
    for end in filter(None, stops):
        text = text.partition(end)[0]
    return text


def _text(reply: Reply, body: Mapping[str, Any], randomness: Randomness, number: int) -> str:
    if reply.text is not None:
        text = reply.text
    elif reply.source == "lorem":
        return " ".join(words(randomness.random) for _ in range(reply.tokens))
    elif reply.source == "json" or (reply.source == "auto" and _wants_json(body)):
        return _json(body, randomness)
    else:
        text = _known_text(reply, body)
    return f"{text} ({number + 1})" if number else text


def _known_text(reply: Reply, body: Mapping[str, Any]) -> str:
    last = _last_input(body)
    match reply.source:
        case "poem":
            return POEM
        case "code":
            return CODE
        case "auto" if "prompt" in body:
            return CODE
        case "auto" if last == POEM_PROMPT:
            return POEM
        case _:
            return last


def _last_input(body: Mapping[str, Any]) -> str:
    prompt: str | None = body.get("prompt")
    if prompt is not None:
        return prompt
    inputs = [message for message in body["messages"] if message["role"] in {"user", "tool"}]
    return text_of(inputs[-1]) if inputs else ""


def _wants_json(body: Mapping[str, Any]) -> bool:
    response_format: Mapping[str, Any] = body.get("response_format") or {}
    return response_format.get("type") in {"json_object", "json_schema"}


def _json(body: Mapping[str, Any], randomness: Randomness) -> str:
    response_format: Mapping[str, Any] = body.get("response_format") or {}
    if not response_format.get("json_schema"):
        return json.dumps({"answer": _last_input(body)}, ensure_ascii=False)
    try:
        value = example(response_format["json_schema"]["schema"], randomness.random)
    except SchemaError as error:
        message = f"response_format.json_schema.schema.{error}"
        raise Refused(wrong_argument(message)) from error
    return json.dumps(value, ensure_ascii=False)
