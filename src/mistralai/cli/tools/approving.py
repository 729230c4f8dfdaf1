"""The question before a call of a tool."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from ...tools import LATER
from ...tools.functions import verdict_of
from ..escapes import one_line
from ..failures import details
from ..stdin import discard_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...tools import Approve, CheckedCall, FunctionTool, ToolContext
    from ..output import Output

_CHOICES = "[y]es, [n]o, [a]lways this tool, or the reason for a no"
_FAILED = "its approval failed"


class Approval:
    """Shows each call, and asks whether it may run.

    Args:
        output: Where calls are shown.
        ask: Shows a question and returns a line of the user.
        yes: Whether every call may run.
    """

    def __init__(self, output: Output, ask: Callable[[str], str], *, yes: bool) -> None:
        self._output = output
        self._ask = ask
        self._yes = yes
        self._always: set[str] = set()
        self._own: dict[str, Approve] = {}

    def of(self, tools: Iterable[FunctionTool]) -> list[FunctionTool]:
        """Return tools whose calls are all decided here, and by their own functions before."""
        from dataclasses import replace

        made: list[FunctionTool] = []
        for tool in tools:
            if callable(tool.approve):
                self._own[tool.name] = tool.approve
            made.append(replace(tool, approve=self.decide))
        return made

    def decide(self, call: CheckedCall, context: ToolContext[Any]) -> bool | str:
        """Show a call, and return whether it may run or the reason why not."""
        discard_typed()  # what was typed before the call was shown is not an answer
        self._output.say(shown(call.name, call.arguments))
        if call.name in self._own:
            try:
                value = self._own[call.name](call, context)
            except Exception as error:  # noqa: BLE001 - as one of the tool itself
                say_raised(self._output, f"approve of the tool {call.name}", error)
                return _FAILED
            try:
                verdict = verdict_of(value, call.name)
            except TypeError as error:
                self._output.say(f"mistralai: {one_line(str(error))}")
                return _FAILED
            if verdict is not True and verdict is not LATER:
                return verdict or False
        if self._yes or call.name in self._always:
            return True
        return self._asked(call.name)

    def _asked(self, name: str) -> bool | str:
        try:
            answer = self._ask(f"run it? {_CHOICES}: ").strip()
        except EOFError:
            return False
        choice: Literal["y", "n", "a"] | None = _choice(answer)
        if choice == "a":
            self._always.add(name)
        return answer if choice is None else choice != "n"


def say_raised(output: Output, what: str, error: Exception) -> None:
    """Show an exception of the user's own functions."""
    if output.debug:
        output.say(details(error))
    output.say(f"mistralai: {what} raised {type(error).__name__}: {one_line(str(error))}")


def shown(name: str, arguments: dict[str, Any]) -> str:
    """Return a call as a line: all of its arguments as they are, since the user decides by them."""
    texts = (
        f"{key if key.isidentifier() else _json(key)}={_json(value)}"
        for key, value in arguments.items()
    )
    return f"{name}({', '.join(texts)})"


def _json(value: object) -> str:
    """Return JSON with escapes for what is not seen, or changes the order of what is seen."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def _choice(answer: str) -> Literal["y", "n", "a"] | None:
    match answer.lower():
        case "y" | "yes":
            return "y"
        case "a" | "always":
            return "a"
        case "" | "n" | "no":
            return "n"
        case _:
            return None
