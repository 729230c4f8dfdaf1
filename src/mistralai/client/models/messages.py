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
    """A message of the user."""

    content: UserMessageContent | None
    role: Literal["user"] = "user"


class AssistantMessage(BaseModel):
    """A message of the model, or the beginning of one.

    A message of an answer can be sent back as it is, with reasoning and tool calls.

    Attributes:
        content: Text, chunks, or `None` if there are only tool calls.
        tool_calls: The calls that the model makes.
        prefix: Whether the answer begins with this content; only for the last message. False by
            default.
    """

    role: Annotated[Literal["assistant"], NullIs(lambda: "assistant")] = "assistant"
    content: AssistantMessageContent | None = None
    tool_calls: list[ToolCall] | None = None
    prefix: LooseBool = False

    _never_null: ClassVar[frozenset[str]] = frozenset({"prefix"})
    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"prefix"})
    _sent_defaults: ClassVar[Mapping[str, object]] = MappingProxyType({"prefix": False})

    def _repr_markdown_(self) -> str | None:
        """Return the message for a notebook; `None`, which shows the repr, if it is empty."""
        from .markdown import markdown_of_message

        return markdown_of_message(self) or None


class ToolMessage(BaseModel):
    """The result of a function.

    Attributes:
        content: The result.
        tool_call_id: The `id` of the call that this answers.
        name: The name of the function.
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
