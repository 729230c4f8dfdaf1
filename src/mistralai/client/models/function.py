"""A path by which other libraries import `Function`."""

from .requestdicts import FunctionTypedDict
from .tools import Function

__all__ = ["Function", "FunctionTypedDict"]
