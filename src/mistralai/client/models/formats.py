"""What a request says of the form and the manner of the answer (wire-format section 2)."""

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel

__all__ = [
    "JSONSchema",
    "MistralPromptMode",
    "Prediction",
    "ReasoningEffort",
    "RequestedServiceTier",
    "ResponseFormat",
    "ResponseFormats",
]

ResponseFormats: TypeAlias = Literal["text", "json_object", "json_schema"] | str
ReasoningEffort: TypeAlias = (
    Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
)
MistralPromptMode: TypeAlias = Literal["reasoning"] | str
RequestedServiceTier: TypeAlias = Literal["auto", "standard_only"] | str


class JSONSchema(BaseModel):
    """A JSON Schema that the answer must satisfy.

    Attributes:
        name: Of the schema, for the model.
        schema_definition: The schema; `schema` on the wire and in dumps.
        description: What the answer is for.
        strict: Whether the model must keep to it; false where absent.
    """

    name: str
    schema_definition: Annotated[dict[str, Any], Field(alias="schema")]
    description: str | None = None
    strict: bool | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"strict"})


class ResponseFormat(BaseModel):
    """The form of the answer.

    Attributes:
        type: `"json_object"` for any JSON, `"json_schema"` for that of `json_schema`.
        json_schema: The schema.
    """

    type: ResponseFormats | None = None
    json_schema: JSONSchema | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"type"})


class Prediction(BaseModel):
    """What most of the answer will be, to speed it up."""

    type: Literal["content"] | str = "content"
    content: str = ""
