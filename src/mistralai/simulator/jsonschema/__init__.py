"""JSON that conforms to a JSON Schema, made from a seed."""

from .example import example
from .keywords import SchemaError

__all__ = ["SchemaError", "example"]
