"""Options of a request for the format and the manner of the answer (wire-format section 2)."""

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
        name: The name of the schema, for the model.
        schema_definition: The schema; `schema` on the wire and in dumps.
        description: The purpose of the answer, for the model.
        strict: Whether the model must follow the schema; false by default.
    """

    name: str
    schema_definition: Annotated[dict[str, Any], Field(alias="schema")]
    description: str | None = None
    strict: bool | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"strict"})


class ResponseFormat(BaseModel):
    """The format of the answer.

    Attributes:
        type: `"text"`, `"json_object"` for any JSON, `"json_schema"` for JSON of `json_schema`.
        json_schema: The schema.
    """

    type: ResponseFormats | None = None
    json_schema: JSONSchema | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"type"})


class Prediction(BaseModel):
    """Text that most of the answer is expected to repeat, which makes it faster."""

    type: Literal["content"] | str = "content"
    content: str = ""
