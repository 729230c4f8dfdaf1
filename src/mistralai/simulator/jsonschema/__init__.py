"""Random JSON that conforms to a JSON Schema."""

from .example import example
from .keywords import SchemaError

__all__ = ["SchemaError", "example"]
