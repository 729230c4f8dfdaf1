"""A path by which other libraries import `EmbeddingResponse`."""

from .embeddings import EmbeddingResponse

__all__ = ["EmbeddingResponse"]
