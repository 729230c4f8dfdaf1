"""A path by which other libraries import `ResponseFormat`."""

from .formats import JSONSchema, ResponseFormat, ResponseFormats
from .requestdicts import JSONSchemaTypedDict, ResponseFormatTypedDict

__all__ = [
    "JSONSchema",
    "JSONSchemaTypedDict",
    "ResponseFormat",
    "ResponseFormatTypedDict",
    "ResponseFormats",
]
