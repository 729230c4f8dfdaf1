"""From a conversation and a reply to the next answer."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..jsonvalues import is_object
from ..model.compose import compose
from ..model.reply import Reply
from ..model.seeding import Randomness
from ..stored.stamps import Stamps, iso
from .answer import Output, Turn, function_call, message, tool_execution
from .history import Entry, messages_of

_WORD: Final = re.compile(r"[a-z0-9]+")
_LIMITS: Final = ("max_tokens", "stop", "response_format", "tool_choice")


@dataclass(slots=True)
class Conversation:
    """A conversation.

    Attributes:
        described: What the API says of it.
        model: The model that answers.
        instructions: The system prompt.
        tools: The tools that the model may use.
        arguments: The options of the answers.
        entries: Its entries so far.
    """

    described: dict[str, Any]
    model: str
    instructions: str | None
    tools: list[dict[str, Any]]
    arguments: dict[str, Any]
    entries: list[Entry] = field(default_factory=list[Entry])

    @property
    def id(self) -> str:
        """The id."""
        conversation_id: str = self.described["id"]
        return conversation_id


def speak(conversation: Conversation, reply: Reply, randomness: Randomness, stamps: Stamps) -> Turn:
    """Add the model's answer to a conversation, and return it.

    A tool of the API is run if the last message has a word of its name, and by replies that call
    tools. The caller's functions are called as in a chat.

    Args:
        conversation: The conversation, which ends with what is to be answered.
        reply: The reply.
        randomness: The source of everything random.
        stamps: Gives ids and times.

    Raises:
        Refused: The history is too long, or a schema is not covered.
    """
    now = iso(stamps.now())
    executed = list(_executed(conversation, reply))
    functions = [tool for tool in conversation.tools if tool["type"] == "function"]
    if executed and reply.source == "tools" and not functions:
        reply = replace(reply, source="auto")
    arguments = conversation.arguments
    completion = compose(
        replace(reply, n=1),
        {
            "model": conversation.model,
            "messages": messages_of(conversation.entries, conversation.instructions),
            "tools": functions,
            **{name: arguments[name] for name in _LIMITS if arguments.get(name) is not None},
        },
        randomness,
    )
    [choice] = completion.choices
    outputs: list[Output] = []

    def entry(kind: str, prefix: str, **fields: Any) -> Entry:
        return {
            "object": "entry",
            "type": kind,
            "created_at": now,
            "completed_at": now,
            "model": conversation.model,
            "id": f"{prefix}_{stamps.token()}",
            **fields,
        }

    for name, given in executed:
        fields = {"name": name, "function": name, "arguments": json.dumps(given)}
        outputs.append(tool_execution(entry("tool.execution", "tool_exec", **fields, info={})))
    if choice.message["content"] or not choice.message["tool_calls"]:
        spoken = entry("message.output", "msg", role="assistant", content=choice.message["content"])
        outputs.append(message(spoken, (d for d in choice.deltas if "content" in d)))
    for call in choice.message["tool_calls"] or ():
        fields = {"tool_call_id": call["id"], **call["function"]}
        called = entry("function.call", "fc", **fields)
        outputs.append(function_call(called, reply.call_form))
    conversation.entries += [output.entry for output in outputs]
    conversation.described["updated_at"] = now
    return Turn(
        conversation_id=conversation.id,
        created_at=now,
        outputs=outputs,
        prompt_tokens=completion.prompt_tokens,
        dialect=reply.dialect,
    )


def _executed(conversation: Conversation, reply: Reply) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the tools of the API that are run, with their arguments."""
    last = conversation.entries[-1] if conversation.entries else {}
    if last.get("type") != "message.input" or reply.source not in {"auto", "tools"}:
        return
    text = _text_of(last["content"])
    for tool in conversation.tools:
        name = tool["type"]
        if name == "function":
            continue
        if reply.source == "tools" or _is_mentioned(name, text):
            yield name, {"code" if name == "code_interpreter" else "query": text}


def _is_mentioned(name: str, text: str) -> bool:
    return not set(_WORD.findall(name)).isdisjoint(_WORD.findall(text.lower()))


def _text_of(content: str | Iterable[Mapping[str, Any]]) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content if is_object(part))
