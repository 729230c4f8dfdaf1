"""A path by which other libraries import `ThinkChunk`."""

from .content import ThinkChunk, Thinking

__all__ = ["ThinkChunk", "Thinking"]
