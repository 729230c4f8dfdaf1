"""The messages of a run, valid for the API at any time.

Theory of operation. The API wants as many tool messages as calls, directly behind the message that
makes them. So an answer enters the history as a turn: its message, and a slot per call. A slot has
the content of the tool's message, or a placeholder that says why there is none, and the messages
are written from the turns whenever they are read. Nothing has to be repaired after an interrupt:

    not begun     "not run: cancelled", or "not run: stopped"
    begun         "cancelled while it ran"
    undecided     "waits for approval" or "waits for its result", by which a later run knows it
    ended         what the call came to

An answer that was cut enters without its calls. If it has text or thinking it is a prefix, which
the API continues; otherwise it is left out. An answer to a prefix replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic_core import to_json

from mistralai.client.deltas import ToolFailure, ToolResult
from mistralai.client.models import AssistantMessage, ToolMessage, UserMessage

from .fields import value_of

if TYPE_CHECKING:
    from mistralai.client.models import ContentChunk

CANCELLED: Final = "not run: cancelled"
STOPPED: Final = "not run: stopped"
BEGUN: Final = "cancelled while it ran"
WAITS_FOR_APPROVAL: Final = "waits for approval"
WAITS_FOR_RESULT: Final = "waits for its result"
UNDECIDED: Final = "not run: nothing was decided"

_WAITING: Final = (WAITS_FOR_APPROVAL, WAITS_FOR_RESULT)
_NO_ANSWER: Final = "The run ended before there was an answer."


@dataclass(slots=True)
class Slot:
    """The place of one call's tool message.

    Attributes:
        id: The id of the call.
        name: The name of the function.
        arguments: Its arguments, as JSON text.
        placeholder: The content until the call has ended.
        malformed: The arguments as the model sent them, if they are not JSON.
        end: What the call came to.
    """

    id: str
    name: str
    arguments: str
    placeholder: str = CANCELLED
    malformed: str | None = None
    end: ToolResult | ToolFailure | None = None

    @property
    def waits(self) -> bool:
        """True for a call that waits for a decision."""
        return self.end is None and self.placeholder in _WAITING

    def call(self) -> dict[str, Any]:
        """Return the call, as the message that makes it has it."""
        function = {"name": self.name, "arguments": self.arguments}
        return {"id": self.id, "type": "function", "function": function}

    def message(self) -> ToolMessage:
        """Return the tool's message."""
        content: str | list[ContentChunk] = self.placeholder
        if isinstance(self.end, ToolResult):
            content = self.end.content
        elif self.end is not None:
            content = self.end.message
        if self.end is not None and content in _WAITING:
            content = f"{content}."  # a later run would take it for a placeholder
        return ToolMessage(content=content, tool_call_id=self.id, name=self.name)


@dataclass(slots=True)
class _Turn:
    """An answer, with the slots of its calls; a slot may be a message that was there before."""

    message: Any
    slots: list[Any] = field(default_factory=list[Any])


class History:
    """The messages of a run.

    Attributes:
        waiting: The calls of the given messages that wait for a decision.
    """

    def __init__(self, messages: Iterable[Any]) -> None:
        """Read the messages that a run begins with; they are not changed.

        Raises:
            TypeError: They are not a list.
        """
        given: object = messages
        if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
            raise TypeError(
                'messages takes a list of messages, such as [{"role": "user", "content": "Hello"}],'
                f" not {messages!r}"
            )
        self._given = list(messages)
        self._turns: list[_Turn] = []
        self.waiting: list[Slot] = []
        self._read_waiting()

    @property
    def messages(self) -> list[Any]:
        """The messages, as the next request takes them."""
        messages = list(self._given)
        for turn in self._turns:
            messages.append(turn.message)
            messages += [s.message() if isinstance(s, Slot) else s for s in turn.slots]
        last = len(messages) - 1
        return [
            _without_prefix(message) if place < last else message
            for place, message in enumerate(messages)
        ]

    def messages_for(self, text: str) -> list[Any]:
        """Return the messages with one of the user, valid whatever the last one is."""
        messages = [_decided(message) for message in self.messages]
        if messages and value_of(messages[-1], "role") == "tool":
            messages.append(AssistantMessage(content=_NO_ANSWER))
        elif messages:
            messages[-1] = _without_prefix(messages[-1])
        messages.append(UserMessage(content=text))
        return messages

    def add(self, message: AssistantMessage, slots: list[Slot], *, cut: bool) -> None:
        """Add an answer.

        Args:
            message: Its message.
            slots: A slot for each call of the message.
            cut: Whether it is incomplete, and has no calls.
        """
        fields = message.model_dump(exclude={"tool_calls", "prefix"})
        prefix = self._take_prefix()
        if prefix is not None:
            fields["content"] = continued(value_of(prefix, "content"), fields.get("content"))
        content = fields.get("content")
        if slots:
            fields["tool_calls"] = [slot.call() for slot in slots]
        elif not content:
            # The API refuses a message without content. A cut one says nothing; after a tool's
            # message an assistant's has to come before one of the user.
            if cut or not self._ends_with_tool():
                return
            fields["content"] = _NO_ANSWER
        elif cut:
            fields |= {"content": _open_thinking(content), "prefix": True}
        self._turns.append(_Turn(AssistantMessage.model_validate(fields), list(slots)))

    def _ends_with_tool(self) -> bool:
        last = self._turns[-1].slots if self._turns else self._given
        return bool(last) and (isinstance(last[-1], Slot) or value_of(last[-1], "role") == "tool")

    def _take_prefix(self) -> Any:
        """Remove the last message and return it, if it is the beginning of the answer to add."""
        if self._turns:
            is_prefix = _is_prefix(self._turns[-1].message)
            return self._turns.pop().message if is_prefix else None
        return self._given.pop() if self._given and _is_prefix(self._given[-1]) else None

    def _read_waiting(self) -> None:
        """Make slots of the placeholders behind the last assistant message.

        Raises:
            TypeError: An id or a name is not a text: the messages may have been kept by others.
        """
        place = len(self._given)
        while place and value_of(self._given[place - 1], "role") == "tool":
            place -= 1
        if not place or not (calls := value_of(self._given[place - 1], "tool_calls")):
            return
        if not any(value_of(message, "content") in _WAITING for message in self._given[place:]):
            return
        where = f"messages[{place - 1}].tool_calls"
        if not isinstance(calls, list | tuple):
            raise TypeError(f"{where} takes a list of calls, not {calls!r}")
        by_id: dict[str | None, Any] = {}
        for number, call in enumerate(cast("list[Any]", calls)):
            _text(f"{where}[{number}].function.name", value_of(value_of(call, "function"), "name"))
            by_id[_text(f"{where}[{number}].id", value_of(call, "id"))] = call
        slots: list[Any] = []
        for number, message in enumerate(self._given[place:], place):
            # A second message about a call is a forgery, and would run it twice.
            id_ = _text(f"messages[{number}].tool_call_id", value_of(message, "tool_call_id"))
            call = by_id.pop(id_, None)
            if call is None or value_of(message, "content") not in _WAITING:
                slots.append(message)
                continue
            function = value_of(call, "function")
            slot = Slot(value_of(call, "id"), value_of(function, "name"), _arguments(function))
            slot.placeholder = value_of(message, "content")
            slots.append(slot)
            self.waiting.append(slot)
        if self.waiting:
            self._turns.append(_Turn(self._given[place - 1], slots))
            del self._given[place - 1 :]


def continued(prefix: Any, content: Any) -> Any:
    """Return the content of an answer to a prefix, with the prefix at its beginning, once.

    The API repeats the prefix, but not always, and not always its white space (wire-format
    section 6).
    """
    beginning = "".join(_text_of(prefix).split())
    if beginning and "".join(_text_of(content).split()).startswith(beginning):
        return content
    if isinstance(prefix, str) and isinstance(content, str | None):
        return prefix + (content or "")
    return [*_chunks(prefix), *_chunks(content)]


def _open_thinking(content: Any) -> Any:
    """Mark thinking that nothing follows as unfinished."""
    if isinstance(content, str) or value_of(content[-1], "type") != "thinking":
        return content
    return [*content[:-1], {**content[-1], "closed": False}]


def _chunks(content: Any) -> list[Any]:
    if not isinstance(content, str):
        return list(content or ())
    return [{"type": "text", "text": content}] if content else []


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(value_of(chunk, "text") or "" for chunk in content or ())


def _without_prefix(message: Any) -> Any:
    """Return a message that others follow: only the last one may be a prefix."""
    if not _is_prefix(message):
        return message
    if isinstance(message, Mapping):
        fields = cast("Mapping[str, Any]", message)
        return {name: value for name, value in fields.items() if name != "prefix"}
    return message.model_copy(update={"prefix": False})


def _decided(message: Any) -> Any:
    """Return a tool's message for a conversation in which nothing more is decided."""
    if value_of(message, "role") != "tool" or value_of(message, "content") not in _WAITING:
        return message
    if isinstance(message, Mapping):
        return {**cast("Mapping[str, Any]", message), "content": UNDECIDED}
    return message.model_copy(update={"content": UNDECIDED})


def _is_prefix(message: Any) -> bool:
    return value_of(message, "role") == "assistant" and bool(value_of(message, "prefix"))


def _text(place: str, value: object) -> str | None:
    """Return a text of a message; `None` if it is missing."""
    if not isinstance(value, str | None):
        raise TypeError(f"{place} takes a text, not {value!r}")
    return value


def _arguments(function: Any) -> str:
    """Return the arguments of a call as text; a server may have sent an object."""
    arguments = value_of(function, "arguments")
    return arguments if isinstance(arguments, str) else to_json(arguments).decode()
