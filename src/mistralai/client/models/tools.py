"""Tools that a request offers to the model, and the choice among them (wire-format section 2)."""

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from ..types.basemodel import BaseModel
from ..types.unions import StrictOneOf, Unknown

__all__ = [
    "APIKeyAuth",
    "AgentsCompletionRequestTool",
    "AgentsCompletionRequestToolChoice",
    "AgentsCompletionStreamRequestTool",
    "AgentsCompletionStreamRequestToolChoice",
    "ChatCompletionRequestTool",
    "ChatCompletionRequestToolChoice",
    "ChatCompletionStreamRequestTool",
    "ChatCompletionStreamRequestToolChoice",
    "CustomConnector",
    "CustomConnectorAuthorization",
    "DocumentLibraryTool",
    "Function",
    "FunctionName",
    "ImageGenerationTool",
    "OAuth2TokenAuth",
    "Tool",
    "ToolChoice",
    "ToolChoiceEnum",
    "ToolConfiguration",
    "ToolTypes",
    "UnknownCustomConnectorAuthorization",
    "UnknownTool",
    "UnknownToolChoice",
]

ToolTypes: TypeAlias = Literal["function"] | str
ToolChoiceEnum: TypeAlias = Literal["auto", "none", "any", "required"] | str


class Function(BaseModel):
    """A function of the caller.

    Attributes:
        name: The name: at most 64 letters, digits, `_` and `-`.
        parameters: The JSON Schema of the arguments.
        description: The purpose of the function, by which the model chooses.
        strict: Whether the arguments must follow the schema; false by default.
    """

    name: str
    parameters: dict[str, Any]
    description: str | None = None
    strict: bool | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"description", "strict"})


class Tool(BaseModel):
    """A function that the model may call."""

    function: Function
    type: ToolTypes = "function"


class ToolConfiguration(BaseModel):
    """The functions of a built-in tool that are used, and those that require confirmation."""

    exclude: list[str] | None = None
    include: list[str] | None = None
    requires_confirmation: list[str] | None = None


class ImageGenerationTool(BaseModel):
    """Image generation, run by the API."""

    tool_configuration: ToolConfiguration | None = None
    type: Literal["image_generation"] = "image_generation"


class DocumentLibraryTool(BaseModel):
    """A search in document libraries, run by the API."""

    library_ids: list[str]
    tool_configuration: ToolConfiguration | None = None
    type: Literal["document_library"] = "document_library"


class APIKeyAuth(BaseModel):
    """A key for a connector."""

    value: str
    type: Literal["api-key"] = "api-key"


class OAuth2TokenAuth(BaseModel):
    """A token for a connector."""

    value: str
    type: Literal["oauth2-token"] = "oauth2-token"


class UnknownCustomConnectorAuthorization(Unknown):
    """An authorization of an unknown type; sent unchanged."""


CustomConnectorAuthorization: TypeAlias = Annotated[
    APIKeyAuth | OAuth2TokenAuth | UnknownCustomConnectorAuthorization,
    StrictOneOf(UnknownCustomConnectorAuthorization, absent="api-key"),
]


class CustomConnector(BaseModel):
    """A connector that was set up with the API."""

    connector_id: str
    type: Literal["connector"] = "connector"
    authorization: CustomConnectorAuthorization | None = None
    tool_configuration: ToolConfiguration | None = None


class UnknownTool(Unknown):
    """A tool of an unknown type; sent unchanged."""


ChatCompletionRequestTool: TypeAlias = Annotated[
    Tool | ImageGenerationTool | DocumentLibraryTool | CustomConnector | UnknownTool,
    StrictOneOf(UnknownTool, absent="function"),
]
ChatCompletionStreamRequestTool: TypeAlias = ChatCompletionRequestTool
AgentsCompletionRequestTool: TypeAlias = ChatCompletionRequestTool
AgentsCompletionStreamRequestTool: TypeAlias = ChatCompletionRequestTool


class FunctionName(BaseModel):
    """A function, by its name."""

    name: str


class ToolChoice(BaseModel):
    """The one function that the model must call."""

    function: FunctionName
    type: ToolTypes = "function"


class UnknownToolChoice(Unknown):
    """A choice of an unknown type; sent unchanged."""


ChatCompletionRequestToolChoice: TypeAlias = (
    ToolChoiceEnum
    | Annotated[ToolChoice | UnknownToolChoice, StrictOneOf(UnknownToolChoice, absent="function")]
)
ChatCompletionStreamRequestToolChoice: TypeAlias = ChatCompletionRequestToolChoice
AgentsCompletionRequestToolChoice: TypeAlias = ChatCompletionRequestToolChoice
AgentsCompletionStreamRequestToolChoice: TypeAlias = ChatCompletionRequestToolChoice
