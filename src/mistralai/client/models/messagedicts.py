"""Messages written as dicts, for type checkers.

At run time a dict is read into the model of the same name.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from .contentdicts import ContentChunkTypedDict, TextChunkTypedDict, ThinkChunkTypedDict

__all__ = [
    "AgentsCompletionRequestMessageTypedDict",
    "AgentsCompletionStreamRequestMessageTypedDict",
    "ArgumentsTypedDict",
    "AssistantMessageContentTypedDict",
    "AssistantMessageTypedDict",
    "ChatCompletionRequestMessageTypedDict",
    "ChatCompletionStreamRequestMessageTypedDict",
    "FunctionCallTypedDict",
    "SystemMessageContentChunksTypedDict",
    "SystemMessageContentTypedDict",
    "SystemMessageTypedDict",
    "ToolCallTypedDict",
    "ToolMessageContentTypedDict",
    "ToolMessageTypedDict",
    "UserMessageContentTypedDict",
    "UserMessageTypedDict",
]

SystemMessageContentChunksTypedDict: TypeAlias = TextChunkTypedDict | ThinkChunkTypedDict
SystemMessageContentTypedDict: TypeAlias = str | list[SystemMessageContentChunksTypedDict]
UserMessageContentTypedDict: TypeAlias = str | list[ContentChunkTypedDict]
AssistantMessageContentTypedDict: TypeAlias = str | list[ContentChunkTypedDict]
ToolMessageContentTypedDict: TypeAlias = str | list[ContentChunkTypedDict]
ArgumentsTypedDict: TypeAlias = Mapping[str, Any] | str


class FunctionCallTypedDict(TypedDict):
    """A `FunctionCall`."""

    name: str
    arguments: ArgumentsTypedDict


class ToolCallTypedDict(TypedDict):
    """A `ToolCall`."""

    function: FunctionCallTypedDict
    id: NotRequired[str | None]
    type: NotRequired[str | None]
    index: NotRequired[int | None]


class SystemMessageTypedDict(TypedDict):
    """A `SystemMessage`."""

    content: SystemMessageContentTypedDict
    role: Literal["system"]


class UserMessageTypedDict(TypedDict):
    """A `UserMessage`."""

    content: UserMessageContentTypedDict | None
    role: Literal["user"]


class AssistantMessageTypedDict(TypedDict):
    """An `AssistantMessage`."""

    role: Literal["assistant"]
    content: NotRequired[AssistantMessageContentTypedDict | None]
    tool_calls: NotRequired[list[ToolCallTypedDict] | None]
    prefix: NotRequired[bool | None]


class ToolMessageTypedDict(TypedDict):
    """A `ToolMessage`."""

    content: ToolMessageContentTypedDict | None
    role: Literal["tool"]
    tool_call_id: NotRequired[str | None]
    name: NotRequired[str | None]


ChatCompletionRequestMessageTypedDict: TypeAlias = (
    AssistantMessageTypedDict | SystemMessageTypedDict | ToolMessageTypedDict | UserMessageTypedDict
)
ChatCompletionStreamRequestMessageTypedDict: TypeAlias = ChatCompletionRequestMessageTypedDict
AgentsCompletionRequestMessageTypedDict: TypeAlias = ChatCompletionRequestMessageTypedDict
AgentsCompletionStreamRequestMessageTypedDict: TypeAlias = ChatCompletionRequestMessageTypedDict
