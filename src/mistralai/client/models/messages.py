"""The four kinds of message (wire-format section 3)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, TypeAlias

from ..types.basemodel import BaseModel
from ..types.lenient import LooseBool, NullIs
from ..types.unions import OneOf
from .content import ContentChunk, TextChunk, ThinkChunk, UnknownContentChunk
from .toolcalls import ToolCall

__all__ = [
    "AgentsCompletionRequestMessage",
    "AgentsCompletionStreamRequestMessage",
    "AssistantMessage",
    "AssistantMessageContent",
    "ChatCompletionRequestMessage",
    "ChatCompletionStreamRequestMessage",
    "SystemMessage",
    "SystemMessageContent",
    "SystemMessageContentChunks",
    "ToolMessage",
    "ToolMessageContent",
    "UserMessage",
    "UserMessageContent",
]

SystemMessageContentChunks: TypeAlias = Annotated[
    TextChunk | ThinkChunk | UnknownContentChunk, OneOf("type", UnknownContentChunk)
]
SystemMessageContent: TypeAlias = str | list[SystemMessageContentChunks]
UserMessageContent: TypeAlias = str | list[ContentChunk]
AssistantMessageContent: TypeAlias = str | list[ContentChunk]
ToolMessageContent: TypeAlias = str | list[ContentChunk]


class SystemMessage(BaseModel):
    """Instructions for the model."""

    content: SystemMessageContent
    role: Literal["system"] = "system"


class UserMessage(BaseModel):
    """What the user says."""

    content: UserMessageContent | None
    role: Literal["user"] = "user"


class AssistantMessage(BaseModel):
    """What the model said, or begins to say.

    A message of an answer can be sent back as it is, reasoning and tool calls included.

    Attributes:
        content: Text, chunks, or `None` beside tool calls.
        tool_calls: The calls that the model asks for.
        prefix: Whether the answer is to begin with this content, which must be the last message.
    """

    role: Annotated[Literal["assistant"], NullIs(lambda: "assistant")] = "assistant"
    content: AssistantMessageContent | None = None
    tool_calls: list[ToolCall] | None = None
    prefix: LooseBool = False

    _never_null: ClassVar[frozenset[str]] = frozenset({"prefix"})
    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"prefix"})
    _sent_defaults: ClassVar[Mapping[str, object]] = MappingProxyType({"prefix": False})


class ToolMessage(BaseModel):
    """What a function gave.

    Attributes:
        content: Its result.
        tool_call_id: The `id` of the call that this answers.
        name: The function.
    """

    content: ToolMessageContent | None
    role: Literal["tool"] = "tool"
    tool_call_id: str | None = None
    name: str | None = None


ChatCompletionRequestMessage: TypeAlias = Annotated[
    AssistantMessage | SystemMessage | ToolMessage | UserMessage, OneOf("role")
]
ChatCompletionStreamRequestMessage: TypeAlias = ChatCompletionRequestMessage
AgentsCompletionRequestMessage: TypeAlias = ChatCompletionRequestMessage
AgentsCompletionStreamRequestMessage: TypeAlias = ChatCompletionRequestMessage
