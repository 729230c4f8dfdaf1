"""Tools, formats, guardrails and requests of batches written as dicts, for type checkers.

At run time a dict is read into the model of the same name.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

__all__ = [
    "APIKeyAuthTypedDict",
    "AgentsCompletionRequestToolChoiceTypedDict",
    "AgentsCompletionRequestToolTypedDict",
    "AgentsCompletionStreamRequestToolChoiceTypedDict",
    "AgentsCompletionStreamRequestToolTypedDict",
    "BatchRequestTypedDict",
    "ChatCompletionRequestToolChoiceTypedDict",
    "ChatCompletionRequestToolTypedDict",
    "ChatCompletionStreamRequestToolChoiceTypedDict",
    "ChatCompletionStreamRequestToolTypedDict",
    "CustomConnectorAuthorizationTypedDict",
    "CustomConnectorTypedDict",
    "DocumentLibraryToolTypedDict",
    "FunctionNameTypedDict",
    "FunctionTypedDict",
    "GuardrailConfigTypedDict",
    "ImageGenerationToolTypedDict",
    "JSONSchemaTypedDict",
    "ModerationLlmv1CategoryThresholdsTypedDict",
    "ModerationLlmv1ConfigTypedDict",
    "ModerationLlmv2CategoryThresholdsTypedDict",
    "ModerationLlmv2ConfigTypedDict",
    "OAuth2TokenAuthTypedDict",
    "PredictionTypedDict",
    "ResponseFormatTypedDict",
    "ToolChoiceTypedDict",
    "ToolConfigurationTypedDict",
    "ToolTypedDict",
]


class FunctionTypedDict(TypedDict):
    """A `Function`."""

    name: str
    parameters: Mapping[str, Any]
    description: NotRequired[str | None]
    strict: NotRequired[bool | None]


class ToolTypedDict(TypedDict):
    """A `Tool`."""

    function: FunctionTypedDict
    type: NotRequired[Literal["function"]]


class ToolConfigurationTypedDict(TypedDict, total=False):
    """A `ToolConfiguration`."""

    exclude: list[str] | None
    include: list[str] | None
    requires_confirmation: list[str] | None


class ImageGenerationToolTypedDict(TypedDict):
    """An `ImageGenerationTool`."""

    type: Literal["image_generation"]
    tool_configuration: NotRequired[ToolConfigurationTypedDict | None]


class DocumentLibraryToolTypedDict(TypedDict):
    """A `DocumentLibraryTool`."""

    library_ids: list[str]
    type: Literal["document_library"]
    tool_configuration: NotRequired[ToolConfigurationTypedDict | None]


class APIKeyAuthTypedDict(TypedDict):
    """An `APIKeyAuth`."""

    value: str
    type: Literal["api-key"]


class OAuth2TokenAuthTypedDict(TypedDict):
    """An `OAuth2TokenAuth`."""

    value: str
    type: Literal["oauth2-token"]


CustomConnectorAuthorizationTypedDict: TypeAlias = APIKeyAuthTypedDict | OAuth2TokenAuthTypedDict


class CustomConnectorTypedDict(TypedDict):
    """A `CustomConnector`."""

    connector_id: str
    type: Literal["connector"]
    authorization: NotRequired[CustomConnectorAuthorizationTypedDict | None]
    tool_configuration: NotRequired[ToolConfigurationTypedDict | None]


ChatCompletionRequestToolTypedDict: TypeAlias = (
    ToolTypedDict
    | ImageGenerationToolTypedDict
    | DocumentLibraryToolTypedDict
    | CustomConnectorTypedDict
)
ChatCompletionStreamRequestToolTypedDict: TypeAlias = ChatCompletionRequestToolTypedDict
AgentsCompletionRequestToolTypedDict: TypeAlias = ChatCompletionRequestToolTypedDict
AgentsCompletionStreamRequestToolTypedDict: TypeAlias = ChatCompletionRequestToolTypedDict


class FunctionNameTypedDict(TypedDict):
    """A `FunctionName`."""

    name: str


class ToolChoiceTypedDict(TypedDict):
    """A `ToolChoice`."""

    function: FunctionNameTypedDict
    type: NotRequired[Literal["function"]]


ChatCompletionRequestToolChoiceTypedDict: TypeAlias = ToolChoiceTypedDict | str
ChatCompletionStreamRequestToolChoiceTypedDict: TypeAlias = ChatCompletionRequestToolChoiceTypedDict
AgentsCompletionRequestToolChoiceTypedDict: TypeAlias = ChatCompletionRequestToolChoiceTypedDict
AgentsCompletionStreamRequestToolChoiceTypedDict: TypeAlias = (
    ChatCompletionRequestToolChoiceTypedDict
)


class JSONSchemaTypedDict(TypedDict):
    """A `JSONSchema`. The schema is under `schema`; the generated SDK has `schema_definition`."""

    name: str
    schema: NotRequired[Mapping[str, Any]]
    schema_definition: NotRequired[Mapping[str, Any]]
    description: NotRequired[str | None]
    strict: NotRequired[bool | None]


class ResponseFormatTypedDict(TypedDict, total=False):
    """A `ResponseFormat`."""

    type: Literal["text", "json_object", "json_schema"] | str
    json_schema: JSONSchemaTypedDict | None


class PredictionTypedDict(TypedDict, total=False):
    """A `Prediction`."""

    type: Literal["content"]
    content: str


class _CategoryThresholdsTypedDict(TypedDict, total=False):
    sexual: float | None
    hate_and_discrimination: float | None
    violence_and_threats: float | None
    selfharm: float | None
    health: float | None
    financial: float | None
    law: float | None
    pii: float | None


class ModerationLlmv1CategoryThresholdsTypedDict(_CategoryThresholdsTypedDict, total=False):
    """A `ModerationLlmv1CategoryThresholds`."""

    dangerous_and_criminal_content: float | None


class ModerationLlmv2CategoryThresholdsTypedDict(_CategoryThresholdsTypedDict, total=False):
    """A `ModerationLlmv2CategoryThresholds`."""

    dangerous: float | None
    criminal: float | None
    jailbreaking: float | None


class _ModerationConfigTypedDict(TypedDict, total=False):
    model_name: str
    ignore_other_categories: bool
    action: Literal["none", "block"] | str


class ModerationLlmv1ConfigTypedDict(_ModerationConfigTypedDict, total=False):
    """A `ModerationLlmv1Config`."""

    custom_category_thresholds: ModerationLlmv1CategoryThresholdsTypedDict | None


class ModerationLlmv2ConfigTypedDict(_ModerationConfigTypedDict, total=False):
    """A `ModerationLlmv2Config`."""

    custom_category_thresholds: ModerationLlmv2CategoryThresholdsTypedDict | None


class GuardrailConfigTypedDict(TypedDict, total=False):
    """A `GuardrailConfig`."""

    block_on_error: bool
    moderation_llm_v1: ModerationLlmv1ConfigTypedDict | None
    moderation_llm_v2: ModerationLlmv2ConfigTypedDict | None


class BatchRequestTypedDict(TypedDict):
    """A `BatchRequest`."""

    body: Mapping[str, Any]
    custom_id: NotRequired[str | None]
