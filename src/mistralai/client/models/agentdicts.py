"""Tools and options of agents written as dicts, for type checkers.

At run time a dict is read into the model of the same name.
"""

from typing import Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from .requestdicts import (
    CustomConnectorTypedDict,
    DocumentLibraryToolTypedDict,
    FunctionTypedDict,
    ImageGenerationToolTypedDict,
    PredictionTypedDict,
    ResponseFormatTypedDict,
    ToolConfigurationTypedDict,
)

__all__ = [
    "AgentToolTypedDict",
    "CodeInterpreterToolTypedDict",
    "CompletionArgsTypedDict",
    "ConversationRequestToolTypedDict",
    "ConversationStreamRequestToolTypedDict",
    "CreateAgentRequestToolTypedDict",
    "FunctionToolTypedDict",
    "UpdateAgentRequestToolTypedDict",
    "WebSearchPremiumToolTypedDict",
    "WebSearchToolTypedDict",
]


class FunctionToolTypedDict(TypedDict):
    """A `FunctionTool`."""

    function: FunctionTypedDict
    type: Literal["function"]


class CodeInterpreterToolTypedDict(TypedDict):
    """A `CodeInterpreterTool`."""

    type: Literal["code_interpreter"]
    tool_configuration: NotRequired[ToolConfigurationTypedDict | None]


class WebSearchToolTypedDict(TypedDict):
    """A `WebSearchTool`."""

    type: Literal["web_search"]
    tool_configuration: NotRequired[ToolConfigurationTypedDict | None]


class WebSearchPremiumToolTypedDict(TypedDict):
    """A `WebSearchPremiumTool`."""

    type: Literal["web_search_premium"]
    tool_configuration: NotRequired[ToolConfigurationTypedDict | None]


ConversationRequestToolTypedDict: TypeAlias = (
    FunctionToolTypedDict
    | WebSearchToolTypedDict
    | WebSearchPremiumToolTypedDict
    | CodeInterpreterToolTypedDict
    | ImageGenerationToolTypedDict
    | DocumentLibraryToolTypedDict
    | CustomConnectorTypedDict
)
ConversationStreamRequestToolTypedDict: TypeAlias = ConversationRequestToolTypedDict
AgentToolTypedDict: TypeAlias = ConversationRequestToolTypedDict
CreateAgentRequestToolTypedDict: TypeAlias = ConversationRequestToolTypedDict
UpdateAgentRequestToolTypedDict: TypeAlias = ConversationRequestToolTypedDict


class CompletionArgsTypedDict(TypedDict, total=False):
    """A `CompletionArgs`."""

    stop: str | list[str] | None
    presence_penalty: float | None
    frequency_penalty: float | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    random_seed: int | None
    prediction: PredictionTypedDict | None
    response_format: ResponseFormatTypedDict | None
    tool_choice: Literal["auto", "none", "any", "required"] | str
    reasoning_effort: (
        Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str | None
    )
