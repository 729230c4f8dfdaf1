"""A path by which other libraries import `ThinkChunk`."""

from .content import ReferenceChunk, TextChunk, ThinkChunk, Thinking, ToolReferenceChunk
from .contentdicts import (
    ReferenceChunkTypedDict,
    TextChunkTypedDict,
    ThinkChunkTypedDict,
    ThinkingTypedDict,
    ToolReferenceChunkTypedDict,
)

__all__ = [
    "ReferenceChunk",
    "ReferenceChunkTypedDict",
    "TextChunk",
    "TextChunkTypedDict",
    "ThinkChunk",
    "ThinkChunkTypedDict",
    "Thinking",
    "ThinkingTypedDict",
    "ToolReferenceChunk",
    "ToolReferenceChunkTypedDict",
]
