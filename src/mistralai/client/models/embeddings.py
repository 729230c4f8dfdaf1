"""Embeddings: `POST /v1/embeddings`."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseInt, LooseStr, NullIs
from .answer import Answer
from .usage import UsageInfo

__all__ = [
    "EmbeddingDtype",
    "EmbeddingRequest",
    "EmbeddingRequestInputs",
    "EmbeddingResponse",
    "EmbeddingResponseData",
    "EncodingFormat",
]

EmbeddingDtype: TypeAlias = Literal["float", "int8", "uint8", "binary", "ubinary"] | str
EncodingFormat: TypeAlias = Literal["float", "base64"] | str
EmbeddingRequestInputs: TypeAlias = str | list[str]


class EmbeddingRequest(BaseModel):
    """A request for the vectors of texts.

    Attributes:
        model: The embedding model.
        inputs: A text or several; `input` on the wire and in dumps.
        metadata: Data that the API stores with the request.
        output_dimension: The length of the vectors, for models that let the caller choose it.
        output_dtype: The type of the numbers.
        encoding_format: The encoding of the vectors.
    """

    model: str
    inputs: Annotated[EmbeddingRequestInputs, Field(alias="input")]
    metadata: dict[str, Any] | None = None
    output_dimension: int | None = None
    output_dtype: EmbeddingDtype | None = None
    encoding_format: EncodingFormat | None = None


class EmbeddingResponseData(BaseModel):
    """One vector.

    Attributes:
        embedding: The numbers, or text if the encoding is `base64`.
        index: The index of the input it belongs to.
    """

    object: LooseStr = None
    embedding: Annotated[list[float] | str | None, Lenient()] = None
    index: LooseInt = None


class EmbeddingResponse(Answer):
    """The vectors of an embedding request, in the order of its inputs."""

    id: LooseStr = None
    object: LooseStr = None
    model: LooseStr = None
    usage: UsageInfo | None = None
    data: Annotated[list[EmbeddingResponseData], NullIs(list[EmbeddingResponseData])] = Field(
        default_factory=list[EmbeddingResponseData]
    )
