"""The path from which other libraries import `response_format_from_pydantic_model`."""

from .response_format import response_format_from_pydantic_model

__all__ = ["response_format_from_pydantic_model"]
