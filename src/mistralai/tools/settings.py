"""The keywords of a run, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, TypeVar

from .context import CheckedCall
from .functions import is_async
from .toolset import Toolset

if TYPE_CHECKING:
    from mistralai.client.observers import AttributeValue, Scope

    from .functions import Approve

P_co = TypeVar("P_co", covariant=True)

OnToolError: TypeAlias = Literal["raise", "report"] | Callable[[Exception, CheckedCall], str]
"""What becomes of an exception of a tool."""

GRACE: Final = 2.0
"""Seconds for which a cancelled run waits for the thread of a tool."""

_FORCED: Final = ("any", "required")


class Form(Protocol[P_co]):
    """The form of a structured answer."""

    @property
    def response_format(self) -> Any:
        """The form as a request states it."""
        ...

    def read(self, text: str, finish_reason: str | None, raw_response: Any) -> P_co:
        """Validate the text of an answer."""
        ...


class Observe(Protocol):
    """Makes a scope, as `client.observe`."""

    def __call__(
        self,
        name: str,
        *,
        attributes: Mapping[str, AttributeValue] | None = None,
        content: Mapping[str, str] | None = None,
    ) -> Scope:
        """Return a scope of work of this process."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a run.

    Attributes:
        tools: The tools.
        params: The keywords of each request, without `messages` and `tools`.
        max_steps: The most answers of the model.
        max_parallel: The most tools that run at the same time.
        max_result_chars: The most characters of a result.
        context: What tools find in `ToolContext.context`.
        approve: Decides about the calls of tools that do not decide themselves; `True`: they wait.
        on_tool_error: What becomes of an exception of a tool.
        decisions: What was decided about calls that an earlier run left pending.
        threads: The number of threads for the tools of a synchronous run; `None`: its own.
        form: The form of the last answer.
        grace: Seconds for which a cancelled run waits for the thread of a tool.
        asynchronous: Whether the run is.
        observe: Makes scopes for observers; `None` where there are none.
    """

    tools: Toolset
    params: Mapping[str, Any]
    max_steps: int = 10
    max_parallel: int = 8
    max_result_chars: int = 100_000
    context: Any = None
    approve: Literal[True] | Approve | None = None
    on_tool_error: OnToolError = "raise"
    decisions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    threads: int | None = None
    form: Form[Any] | None = None
    grace: float = GRACE
    asynchronous: bool = False
    observe: Observe | None = None

    @property
    def side_by_side(self) -> bool:
        """True if tools may run at the same time."""
        return self.asynchronous or (self.threads or 1) > 1

    @classmethod
    def of(
        cls,
        given: Mapping[str, Any],
        *,
        asynchronous: bool,
        form: Form[Any] | None,
        observe: Observe | None = None,
    ) -> Settings:
        """Read the keywords of a call, `messages` excepted.

        Args:
            given: The keywords.
            asynchronous: Whether the run is.
            form: The form of a structured answer.
            observe: Makes scopes for observers; `None` where there are none.

        Raises:
            TypeError: A value has the wrong type.
            ValueError: A value is wrong, or `n` asks for more than one answer.
        """
        params = dict(given)
        own = {name: params.pop(name) for name in _OWN if name in params}
        own = {name: value for name, value in own.items() if value is not None}
        for name in ("max_steps", "max_parallel", "max_result_chars", "threads"):
            _check_count(name, own.get(name, 1))
        _check_approve(own.get("approve"), asynchronous=asynchronous)
        _check_on_tool_error(own.get("on_tool_error", "raise"))
        if not isinstance(own.get("decisions", {}), Mapping):
            raise TypeError(
                f"decisions takes a dict of ids and decisions, not {own['decisions']!r}"
            )
        extra: Mapping[str, Any] = params.get("extra_body") or {}
        for n in (params.get("n"), dict(extra).get("n")):
            if isinstance(n, int) and n > 1:
                raise ValueError(f"n={n} asks for several answers; a run with tools follows one")
        tools = Toolset.of(params.pop("tools", None), asynchronous=asynchronous)
        return cls(
            tools=tools,
            params=params,
            form=form,
            asynchronous=asynchronous,
            observe=observe,
            **own,
        )

    def request(self, messages: list[Any], *, first: bool) -> dict[str, Any]:
        """Return the keywords of a request.

        Args:
            messages: The messages.
            first: Whether it is the first one, for which a `tool_choice` that forces a call holds.
        """
        params = {**self.params, "messages": messages}
        if self.tools.specs:
            params["tools"] = self.tools.specs
        if not first and _forces(params.get("tool_choice")):
            params["tool_choice"] = "auto"
        if self.form is not None:
            params["response_format"] = self.form.response_format
        return params


_OWN: Final = (
    "max_steps",
    "max_parallel",
    "max_result_chars",
    "context",
    "approve",
    "on_tool_error",
    "decisions",
    "threads",
)


def _forces(choice: object) -> bool:
    """Return whether a `tool_choice` forces a call: `"any"`, `"required"`, or a function."""
    if choice is None or isinstance(choice, str):
        return choice in _FORCED
    return isinstance(choice, Mapping) or hasattr(choice, "function")


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} takes a whole number, not {value!r}")
    if value < 1:
        raise ValueError(f"{name} is {value}; it has to be 1 or more")


def _check_approve(approve: object, *, asynchronous: bool) -> None:
    if approve is None or approve is True:
        return
    if not callable(approve):
        raise TypeError(f"approve takes True or a function of a call, not {approve!r}")
    if is_async(approve) and not asynchronous:
        raise TypeError("approve is async, and run_tools() awaits nothing; use run_tools_async()")


def _check_on_tool_error(value: object) -> None:
    if value not in ("raise", "report") and not callable(value):
        raise ValueError(
            f'on_tool_error takes "raise", "report" or a function of an exception and a call,'
            f" not {value!r}"
        )
    if is_async(value):
        raise TypeError("on_tool_error is async, and is not awaited; give a function that is not")
