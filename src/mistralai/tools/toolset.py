"""The tools of a run, by name: those that are run here, and those that are not."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mistralai.client import models
from mistralai.client.types import BaseModel

from .fields import value_of
from .functions import FunctionTool, is_async

ToolLike: TypeAlias = (
    Callable[..., Any]
    | FunctionTool
    | models.ChatCompletionRequestTool
    | models.ChatCompletionRequestToolTypedDict
)
"""A function, or a tool as the API has it, which is not run here."""


@dataclass(frozen=True, slots=True)
class Toolset:
    """The tools of a run.

    Attributes:
        functions: The tools that are run here, by name.
        passed: The names of functions that the API is told of, and that are not run here.
        specs: All of them as a request has them.
    """

    functions: Mapping[str, FunctionTool]
    passed: frozenset[str]
    specs: list[Any]

    @classmethod
    def of(cls, tools: Iterable[ToolLike] | None, *, asynchronous: bool) -> Toolset:
        """Read the `tools` of a call.

        Raises:
            TypeError: One of them is not a tool, or is async where nothing is awaited.
            ValueError: Two have the same name.
        """
        functions: dict[str, FunctionTool] = {}
        passed: set[str] = set()
        specs: list[Any] = []
        _check_list(tools)
        for given in tools or ():
            if isinstance(given, Mapping | BaseModel | models.UnknownTool):
                name = _function_name(given)
                specs.append(given)
                if name is not None:
                    _refuse_twice(name, functions, passed)
                    passed.add(name)
                continue
            if remedy := _remedy(given):
                raise TypeError(f"{given!r} is not a tool{remedy}")
            made = given if isinstance(given, FunctionTool) else FunctionTool.of(given)
            _refuse_twice(made.name, functions, passed)
            if made.asynchronous or is_async(made.approve):
                _refuse_async(made, asynchronous=asynchronous)
            functions[made.name] = made
            specs.append(_spec(made))
        return cls(functions, frozenset(passed), specs)


def _check_list(tools: object) -> None:
    shown = f"{tools!r}{_remedy(tools)}"
    is_one = isinstance(tools, str | Mapping | FunctionTool) or callable(tools)
    if is_one or not isinstance(tools, Iterable | None):
        raise TypeError(f"tools takes a list of tools, not {shown}")


def _remedy(given: object) -> str:
    """Return what to do with an object that is not a tool, but has tools; or nothing."""
    if hasattr(given, "__enter__") and not callable(given):
        return "; enter it by `with`, which gives its tools"
    return ""


def _function_name(tool: Any) -> str | None:
    """Return the name of the function of a tool; those that the API runs have none."""
    function = value_of(tool, "function")
    name = value_of(function, "name")
    return name if isinstance(name, str) else None


def _refuse_twice(name: str, *known: Container[str]) -> None:
    if any(name in names for names in known):
        raise ValueError(
            f"two tools have the name {name!r}; give one of them another by @tool(name=...), or by"
            " prefix if it is an MCP server's"
        )


def _refuse_async(tool: FunctionTool, *, asynchronous: bool) -> None:
    if not asynchronous:
        what = "the tool" if tool.asynchronous else "approve of the tool"
        raise TypeError(
            f"{what} {tool.name!r} is async, and run_tools() awaits nothing; use run_tools_async()"
        )


def _spec(tool: FunctionTool) -> models.Tool:
    function = models.Function(name=tool.name, parameters=tool.parameters)
    if tool.description:
        function.description = tool.description
    return models.Tool(function=function)
