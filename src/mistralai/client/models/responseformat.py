"""A path by which other libraries import `ResponseFormat`."""

from .formats import ResponseFormat

__all__ = ["ResponseFormat"]
