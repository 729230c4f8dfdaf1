"""Functions as tools: their options, and all that is read from them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

from pydantic_core import from_json

from .context import CheckedCall, ToolContext
from .schema import Bound, arguments_of

F = TypeVar("F", bound=Callable[..., Any])


class Later(Enum):
    """The class of `LATER`."""

    LATER = "later"


LATER: Final = Later.LATER
"""An approval that is not decided yet: the run ends, and goes on with `decisions`."""

Verdict: TypeAlias = bool | str | Literal[Later.LATER]
"""The answer of an approval: yes, no, the reason for a no, or `LATER`."""

Approve: TypeAlias = Callable[[CheckedCall, ToolContext[Any]], Verdict | Awaitable[Verdict]]
"""A function that decides whether a call may run."""

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_OPTIONS: Final = "mistralai_tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOptions:
    """The options of a function that `@tool` sets."""

    name: str | None = None
    description: str | None = None
    approve: Literal[True] | Approve | None = None
    timeout: float | None = None
    alone: bool = False

    def over(self, before: ToolOptions) -> ToolOptions:
        """Return these, and for what they do not say those that were said before."""
        return ToolOptions(
            name=before.name if self.name is None else self.name,
            description=before.description if self.description is None else self.description,
            approve=before.approve if self.approve is None else self.approve,
            timeout=before.timeout if self.timeout is None else self.timeout,
            alone=self.alone or before.alone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTool:
    """A function with all that a model and a run have to know of it.

    `FunctionTool.of` reads it from a function; a tool whose schema comes from elsewhere is made by
    the constructor.

    Attributes:
        name: The name: at most 64 letters, digits, `_` and `-`.
        description: What it does, for the model.
        parameters: The JSON Schema of its arguments, an object.
        function: The function, sync or async.
        bind: Validates the JSON text of the arguments, and returns them as the function takes
            them. A `ValueError`, of which pydantic's `ValidationError` is one, goes to the model.
        context_name: The parameter that takes the `ToolContext`.
        approve: `True`, or the function that approves its calls.
        timeout: Seconds that a call may take.
        alone: Whether no other call of the answer may run at the same time.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    function: Callable[..., Any]
    bind: Callable[[str], Bound] = lambda text: ((), _object(text))
    context_name: str | None = None
    approve: Literal[True] | Approve | None = None
    timeout: float | None = None
    alone: bool = False

    def __post_init__(self) -> None:
        check_name(self.name)
        timeout: object = self.timeout
        if isinstance(timeout, bool) or not isinstance(timeout, int | float | None):
            raise TypeError(
                f"timeout of the tool {self.name!r} takes seconds as a number, not {timeout!r}"
            )
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"the timeout of the tool {self.name!r} is {self.timeout!r}, not > 0")
        approve: object = self.approve
        if approve is not None and approve is not True and not callable(approve):
            raise TypeError(
                f"approve of the tool {self.name!r} takes True or a function, not {approve!r}"
            )

    @classmethod
    def of(cls, function: Callable[..., Any]) -> FunctionTool:
        """Read a tool from a function, and from what `@tool` says about it.

        Raises:
            TypeError: A tool cannot have such a function: a generator, one with `*args` or
                positional-only parameters, or one whose types pydantic does not know.
            ValueError: Its name or its timeout is not one that a tool can have.
        """
        said = options_of(function) or ToolOptions()
        name = said.name or _name_of(function)
        if inspect.isclass(function) or not callable(function):
            raise TypeError(
                f"{function!r} is not a function; a tool is a function or an object"
                " with a method __call__"
            )
        check_name(name, "give it one by @tool(name=...)")
        arguments = arguments_of(function, name)
        return cls(
            name=name,
            description=arguments.description if said.description is None else said.description,
            parameters=arguments.schema,
            function=function,
            bind=arguments.bind,
            context_name=arguments.context_name,
            approve=said.approve,
            timeout=said.timeout,
            alone=said.alone,
        )

    @property
    def asynchronous(self) -> bool:
        """True for a function whose result is awaited."""
        return is_async(self.function)


def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    approve: Literal[True] | Approve | None = None,
    timeout: float | None = None,
    alone: bool = False,
) -> Callable[[F], F]:
    """Say something about a function that is to be a tool; the function stays what it is.

    Args:
        name: The name for the model. By default that of the function.
        description: The description for the model. By default that of the docstring.
        approve: `True`: its calls wait for approval, by the run's `approve` or by `decisions`. A
            function `approve(call, tool_context)` decides itself, instead of the run's.
        timeout: Seconds that a call may take. The model is told of a call that takes longer. By
            default without limit.
        alone: Whether its calls run by themselves, and not beside others of the same answer.
    """
    said = ToolOptions(
        name=name, description=description, approve=approve, timeout=timeout, alone=alone
    )

    def say(function: F) -> F:
        given: Any = function
        if isinstance(given, staticmethod | classmethod):
            # Access through the class returns the function, without its wrapper.
            say(cast("Any", given).__func__)
            return function
        before = options_of(function)
        options = said if before is None else said.over(before)
        try:
            setattr(function, _OPTIONS, options)
        except AttributeError:  # a bound method, which has no attributes of its own
            return say(cast("F", partial(function)))
        return function

    return say


def options_of(function: object) -> ToolOptions | None:
    """Return what `@tool` says about a function, or `None`.

    What it says about the function of a partial, or about a method `__call__`, holds for the whole.
    """
    said = getattr(function, _OPTIONS, None)
    if isinstance(said, ToolOptions):
        return said
    if isinstance(function, partial):
        return options_of(cast("Any", function).func)
    said = getattr(getattr(function, "__call__", None), _OPTIONS, None)  # noqa: B004 - it is read
    return said if isinstance(said, ToolOptions) else None


def check_name(name: str, remedy: str = "") -> None:
    """Check the name of a tool.

    Args:
        name: The name.
        remedy: What to do about one that a tool cannot have, for the error.

    Raises:
        ValueError: A tool cannot have it.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} cannot be the name of a tool, which has at most 64 letters, digits,"
            f" underscores and hyphens{remedy and f'; {remedy}'}"
        )


def verdict_of(value: object, name: str) -> Verdict:
    """Return what `approve` returned about a call of the tool of a name, checked.

    Raises:
        TypeError: It is no verdict.
    """
    if not isinstance(value, bool | str | Later):
        raise TypeError(
            f"approve returned {value!r} for the tool {name!r}; it returns True, False, the"
            " reason of a refusal, or LATER"
        )
    return value


def is_async(function: Any) -> bool:
    """Return whether a function is a coroutine function, also as a method `__call__`."""
    while isinstance(function, partial):
        function = cast("Any", function.func)
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - its kind is asked for
    )


def _name_of(function: Any) -> str:
    while isinstance(function, partial):
        function = cast("Any", function.func)
    return getattr(function, "__name__", None) or type(function).__name__


def _object(text: str) -> dict[str, Any]:
    value = from_json(text, allow_inf_nan=False)
    if not isinstance(value, dict):
        raise ValueError("the arguments have to be a JSON object")  # noqa: TRY004 - for the model
    return cast("dict[str, Any]", value)
