"""Mistral's messages from those of a page that uses the AI SDK.

A UI message has parts; those of an answer are in steps, each of which is one answer of the model:
text, thinking, calls, and the results of the calls within the parts of the calls. Mistral takes an
assistant message with all calls of a step, then a tool message per call in the same order, then the
next step. What a page cannot have finished is left out: a call without an outcome would be refused.

The page sends all of it, so whoever controls the page can forge any of it: system messages, answers
and results of tools. What must be true is read from a store of the application's own.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mistralai.client.models import (
    AssistantMessage,
    ContentChunk,
    FunctionCall,
    SystemMessage,
    TextChunk,
    ThinkChunk,
    ToolCall,
    ToolMessage,
    UserMessage,
)

from .jsontext import json_of
from .uifields import Field
from .uifiles import chunk_of_file, chunks_of_output

if TYPE_CHECKING:
    from collections.abc import Iterator

Message: TypeAlias = SystemMessage | UserMessage | AssistantMessage | ToolMessage

_CALL_ID: Final = re.compile(r"[A-Za-z0-9]{9}")
_FUNCTION_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

_INTERRUPTED: Final = "(The answer was interrupted here.)"
"""The answer to results of tools that a user's message follows, which Mistral refuses."""

_DENIED: Final = "The user did not allow this call."


def messages_from_ui(body: Any, *, thinking: bool = True) -> list[Message]:
    """Return the messages of a body that `useChat` posts.

    Text, thinking, files, steps and calls with their results become messages; sources, `data-`
    parts and parts of an unknown type are for the page alone. Calls without an outcome are left
    out, and so are files in answers. Ids of calls that Mistral refuses are replaced, always by the
    same ones.

    Everything in the body is what the page says: system messages, earlier answers and results of
    tools can be forged by whoever controls the browser.

    Args:
        body: The body, parsed from JSON: an object with `messages`.
        thinking: False leaves the thinking out, for a model that accepts none.

    Raises:
        MalformedBodyError: It is a `ValueError`; its message names the place, such as
            `messages[0].parts[1].text`.
    """
    messages: list[Message] = []
    for message in Field(body).get("messages").items():
        role = message.get("role").text()
        parts = [part for part in message.get("parts").items() if part.get("type").text()]
        if role == "assistant":
            for step in _steps(parts):
                messages += _messages_of_step(step, thinking=thinking)
        elif role == "user":
            if messages and isinstance(messages[-1], ToolMessage):
                messages.append(AssistantMessage(content=_INTERRUPTED))
            messages += _message_of_user(parts)
        elif role == "system":
            messages.append(SystemMessage(content=_text_of(parts)))
        else:
            raise message.get("role").wrong("'system', 'user' or 'assistant'")
    return messages


def decisions_from_ui(body: Any) -> dict[str, bool | str]:
    """Return the user's answers to requests for approval, by the ids of the calls.

    They are for `run_tools(messages=..., decisions=...)` with messages from a store of the
    application's own: a page can forge the calls, and the answers are all that it is asked for.

    Args:
        body: The body that `useChat` posts, parsed from JSON: an object with `messages`.

    Returns:
        `True` for a call that is allowed, the reason or `False` for one that is not. Empty if the
        last message has none.

    Raises:
        ValueError: The body is malformed; the message names the place.
    """
    decisions: dict[str, bool | str] = {}
    for message in list(Field(body).get("messages").items())[-1:]:
        for part in message.get("parts").items():
            if part.get("state").value == "approval-responded":
                approval = part.get("approval")
                allowed, reason = approval.get("approved").value, approval.get("reason").value
                if not isinstance(allowed, bool):
                    raise approval.get("approved").wrong("true or false")
                call_id = _call_id(part.get("toolCallId").text())
                refused = reason if isinstance(reason, str) and reason else False
                decisions[call_id] = allowed or refused
    return decisions


def _text_of(parts: list[Field]) -> str:
    return "".join(part.get("text").text() for part in parts if part.kind == "text")


def _message_of_user(parts: list[Field]) -> Iterator[UserMessage]:
    chunks: list[ContentChunk] = []
    for part in parts:
        if part.kind == "text":
            chunks.append(TextChunk(text=part.get("text").text()))
        elif part.kind == "file":
            chunks.append(chunk_of_file(part))
    if len(chunks) == 1 and isinstance(chunks[0], TextChunk):
        yield UserMessage(content=chunks[0].text)
    elif chunks:
        yield UserMessage(content=chunks)


def _steps(parts: list[Field]) -> Iterator[list[Field]]:
    step: list[Field] = []
    for part in parts:
        if part.kind == "step-start":
            yield step
            step = []
        else:
            step.append(part)
    yield step


def _messages_of_step(parts: list[Field], *, thinking: bool) -> Iterator[Message]:
    chunks: list[ContentChunk] = []
    calls: list[ToolCall] = []
    ids: set[str] = set()
    results: list[ToolMessage] = []
    for part in parts:
        if part.kind == "text":
            chunks.append(TextChunk(text=part.get("text").text()))
        elif part.kind == "reasoning":
            thought = TextChunk(text=part.get("text").text())
            chunks += [ThinkChunk(thinking=[thought])] if thinking else []
        elif part.kind == "dynamic-tool" or part.kind.startswith("tool-"):
            outcome = _outcome_of(part)
            if outcome is not None:
                call = _call_of(part, ids)
                calls.append(call)
                results.append(
                    ToolMessage(tool_call_id=call.id, name=call.function.name, content=outcome)
                )
    content = _content_of(chunks)
    if content or calls:
        yield AssistantMessage(content=content, tool_calls=calls or None)
    yield from results


def _content_of(chunks: list[ContentChunk]) -> str | list[ContentChunk]:
    """Return chunks as one text if they are text and nothing else."""
    texts = [chunk.text for chunk in chunks if isinstance(chunk, TextChunk)]
    return "".join(texts) if len(texts) == len(chunks) else chunks


def _outcome_of(part: Field) -> str | list[ContentChunk] | None:
    """Return the content of the tool's message; `None` if the call has no outcome."""
    match part.get("state").text():
        case "output-available":
            preliminary = part.get("preliminary").value is True
            return None if preliminary else chunks_of_output(part.get("output").value)
        case "output-error":
            # A call whose arguments were never valid cannot be part of a history.
            usable = isinstance(part.get("input").value, dict)
            return part.get("errorText").text() if usable else None
        case "output-denied":
            return _DENIED
        case _:
            return None


def _call_of(part: Field, ids: set[str]) -> ToolCall:
    """Return the call of a part, and add its id to those of the step."""
    if part.kind == "dynamic-tool":
        place = part.get("toolName")
        name = place.text()
    else:
        place = part.get("type")
        name = part.kind.removeprefix("tool-")
    if not _FUNCTION_NAME.fullmatch(name):
        raise place.wrong("the name of a function: 1 to 64 letters, digits, '_' and '-'")
    call_id = _call_id(part.get("toolCallId").text())
    if call_id in ids:
        raise part.get("toolCallId").wrong("another id than an earlier call of the same step")
    ids.add(call_id)
    arguments = part.get("input").value
    text = arguments if isinstance(arguments, str) else json_of(arguments).decode()
    function = FunctionCall(name=name, arguments=text)
    return ToolCall(id=call_id, function=function, index=len(ids) - 1)


def _call_id(text: str) -> str:
    """Return an id that Mistral accepts: nine letters and digits."""
    if _CALL_ID.fullmatch(text):
        return text
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:9]
