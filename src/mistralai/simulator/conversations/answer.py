"""The model's answer in a conversation: as a stream of named events, or as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..answers import event
from ..jsonvalues import compact
from ..model import tokens
from ..model.dialect import Dialect
from .history import Entry

_FRAGMENTS: Final = frozenset({"fragments", "openai"})


@dataclass(frozen=True, slots=True)
class Output:
    """One entry of the answer, and the events that add up to it.

    Attributes:
        entry: The entry.
        events: The name and the fields of each event, but for those of every event of the output.
    """

    entry: Entry
    events: Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An answer before serialisation.

    Attributes:
        conversation_id: The id of the conversation.
        created_at: The time, as JSON has it.
        outputs: The entries of the answer.
        prompt_tokens: The number of tokens of the history.
        dialect: The form of a stream: its content type and framing.
    """

    conversation_id: str
    created_at: str
    outputs: Sequence[Output]
    prompt_tokens: int
    dialect: Dialect

    def usage(self) -> dict[str, Any]:
        """Return `usage`, which counts the tools that were run."""
        connectors: dict[str, int] = {}
        spoken: list[Entry] = []
        for output in self.outputs:
            if output.entry["type"] == "tool.execution":
                name = output.entry["name"]
                connectors[name] = connectors.get(name, 0) + 1
            else:
                spoken.append(output.entry)
        completion = sum(tokens.count(_said(entry)) for entry in spoken)
        used = 5 * sum(connectors.values())
        usage: dict[str, Any] = {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": self.prompt_tokens + completion + used,
        }
        if connectors:
            usage |= {"connector_tokens": used, "connectors": connectors}
        return usage

    def whole(self) -> dict[str, Any]:
        """Return the body of an answer that does not stream."""
        return {
            "object": "conversation.response",
            "conversation_id": self.conversation_id,
            "outputs": [output.entry for output in self.outputs],
            "usage": self.usage(),
            "guardrails": None,
        }

    def events(self) -> Iterator[bytes]:
        """Yield the events of a stream; there is no `[DONE]`."""
        started = {"conversation_id": self.conversation_id}
        yield self._event("conversation.response.started", started)
        for index, output in enumerate(self.outputs):
            for name, fields in output.events:
                common = {"output_index": index, "id": output.entry["id"]}
                yield self._event(name, {**common, **fields})
        yield self._event("conversation.response.done", {"usage": self.usage()})

    def _event(self, name: str, fields: Mapping[str, Any]) -> bytes:
        data = {"type": name, "created_at": self.created_at, **fields}
        return f"event: {name}\n".encode() + event(compact(data))


def message(entry: Entry, deltas: Iterable[Mapping[str, Any]]) -> Output:
    """Return a message, from the deltas of a chat's stream."""
    fields = {"model": entry["model"], "role": "assistant"}
    pieces = (piece for delta in deltas for piece in _pieces(delta["content"]))
    events = [
        ("message.output.delta", {"content_index": index, **fields, "content": content})
        for index, content in pieces
    ]
    return Output(entry, events)


def _pieces(content: str | list[dict[str, Any]]) -> Iterator[tuple[int, Any]]:
    """Yield the parts of a delta with content, each with the index of its content."""
    for part in [content] if isinstance(content, str) else content:
        if isinstance(part, str):
            if part:
                yield 0, part
        elif part["type"] == "text":
            yield 1, part["text"]
        elif part["thinking"]:
            yield 0, part


def function_call(entry: Entry, form: str) -> Output:
    """Return a call of one of the caller's functions, in one event or several."""
    names = ("model", "name", "tool_call_id")
    fields = {name: entry[name] for name in names}
    arguments = entry["arguments"]
    pieces = tokens.split(arguments) if form in _FRAGMENTS else [arguments]
    events = [("function.call.delta", {**fields, "arguments": piece}) for piece in pieces]
    return Output(entry, events)


def tool_execution(entry: Entry) -> Output:
    """Return a tool that the API ran, with its arguments in pieces."""
    name = {"name": entry["name"], "function": entry["function"]}
    opening = {"model": entry["model"], **name, "arguments": ""}
    pieces = tokens.split(entry["arguments"])
    return Output(
        entry,
        [
            ("tool.execution.started", opening),
            *(("tool.execution.delta", {**name, "arguments": piece}) for piece in pieces),
            ("tool.execution.done", {**name, "info": entry["info"]}),
        ],
    )


def _said(entry: Entry) -> Any:
    return [entry.get("content"), entry.get("name"), entry.get("arguments")]
