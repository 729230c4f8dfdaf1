"""A path by which other libraries import `Function`."""

from .tools import Function

__all__ = ["Function"]
