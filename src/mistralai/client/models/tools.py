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
    """A function of the caller's.

    Attributes:
        name: Letters, digits, `_` and `-`, at most 64.
        parameters: JSON Schema of its arguments.
        description: What it does, for the model to choose by.
        strict: Whether the model must keep to the schema; false where absent.
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
    """Which functions of a tool that the API runs are used, and which only when confirmed."""

    exclude: list[str] | None = None
    include: list[str] | None = None
    requires_confirmation: list[str] | None = None


class ImageGenerationTool(BaseModel):
    """Pictures, made by the API."""

    tool_configuration: ToolConfiguration | None = None
    type: Literal["image_generation"] = "image_generation"


class DocumentLibraryTool(BaseModel):
    """Search in document libraries, run by the API."""

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
    """An authorization of another type; sent as it was given."""


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
    """A tool of another type; sent as it was given."""


ChatCompletionRequestTool: TypeAlias = Annotated[
    Tool | ImageGenerationTool | DocumentLibraryTool | CustomConnector | UnknownTool,
    StrictOneOf(UnknownTool, absent="function"),
]
ChatCompletionStreamRequestTool: TypeAlias = ChatCompletionRequestTool
AgentsCompletionRequestTool: TypeAlias = ChatCompletionRequestTool
AgentsCompletionStreamRequestTool: TypeAlias = ChatCompletionRequestTool


class FunctionName(BaseModel):
    """A function by its name."""

    name: str


class ToolChoice(BaseModel):
    """The one function that the model must call."""

    function: FunctionName
    type: ToolTypes = "function"


class UnknownToolChoice(Unknown):
    """A choice of another type; sent as it was given."""


ChatCompletionRequestToolChoice: TypeAlias = (
    ToolChoiceEnum
    | Annotated[ToolChoice | UnknownToolChoice, StrictOneOf(UnknownToolChoice, absent="function")]
)
ChatCompletionStreamRequestToolChoice: TypeAlias = ChatCompletionRequestToolChoice
AgentsCompletionRequestToolChoice: TypeAlias = ChatCompletionRequestToolChoice
AgentsCompletionStreamRequestToolChoice: TypeAlias = ChatCompletionRequestToolChoice
