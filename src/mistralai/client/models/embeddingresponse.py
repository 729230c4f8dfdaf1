"""A path by which other libraries import `EmbeddingResponse`."""

from .embeddings import EmbeddingResponse, EmbeddingResponseData
from .usage import UsageInfo

__all__ = ["EmbeddingResponse", "EmbeddingResponseData", "UsageInfo"]
