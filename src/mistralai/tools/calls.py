"""The calls of an answer: which of them can run, and what the model is told of the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

from pydantic import ValidationError
from pydantic_core import from_json, to_json, to_jsonable_python

from .context import CheckedCall
from .history import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistralai.client.models import ToolCall

    from .functions import FunctionTool
    from .schema import Bound
    from .toolset import Toolset

_SHOWN = 500
"""Characters of wrong arguments that the model is shown."""


@dataclass(frozen=True, slots=True)
class Runnable:
    """A call that can run."""

    call: CheckedCall
    tool: FunctionTool
    bound: Bound


@dataclass(frozen=True, slots=True)
class Passed:
    """A call of a function that is not run here."""

    call: CheckedCall


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that cannot run; `message` is for the model."""

    message: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A call whose arguments made the validation of the tool itself fail."""

    call: CheckedCall
    error: Exception


Checked: TypeAlias = Runnable | Passed | Refusal | Broken


def slots_of(complete: Iterable[ToolCall], malformed: Iterable[ToolCall], step: int) -> list[Slot]:
    """Return a slot for each call of an answer, with ids and names that the API takes.

    A call without an id of its own is given one, and so is a second one of the same id.

    Args:
        complete: The calls that can be run.
        malformed: Those whose arguments are not JSON.
        step: The number of the step.
    """
    slots: list[Slot] = []
    taken: set[str] = set()
    for call, is_json in [(c, True) for c in complete] + [(c, False) for c in malformed]:
        name = re.sub(r"[^a-zA-Z0-9_-]", "_", call.function.name)[:64]
        if not name:  # nothing can be said about it
            continue
        id_ = str(call.id) if call.id else ""
        if not id_ or id_ in taken:
            id_ = f"c{step % 10_000:04}{len(slots) % 10_000:04}"
        taken.add(id_)
        arguments: Any = call.function.arguments
        text = arguments if isinstance(arguments, str) else to_json(arguments).decode()
        if is_json:
            slots.append(Slot(id_, name, text))
        else:
            slots.append(Slot(id_, name, "{}", malformed=text))
    return slots


def check(slot: Slot, tools: Toolset, step: int) -> Checked:
    """Check whether a call can run: its name is known, and its arguments are valid.

    Args:
        slot: The call.
        tools: The tools of the run.
        step: The number of the step, for the `CheckedCall`.
    """
    if slot.malformed is not None:
        shown = slot.malformed[:_SHOWN]
        return Refusal(f"not run: the arguments are not one JSON object: {shown}")
    if slot.name in tools.passed:
        return Passed(received(slot, step))
    tool = tools.functions.get(slot.name)
    if tool is None:
        known = ", ".join([*tools.functions, *tools.passed]) or "none"
        return Refusal(f"not run: there is no tool {slot.name!r}; the tools are: {known}")
    try:
        bound, plain = _read(tool.bind(slot.arguments))
    except ValueError as invalid:
        return Refusal(f"not run: the arguments are not valid: {_sentences(invalid)}")
    except Exception as error:  # noqa: BLE001 - it is the tool's, and treated as such
        return Broken(received(slot, step), error)
    try:
        call = CheckedCall(slot.id, slot.name, to_jsonable_python(plain, fallback=str), step)
    except Exception:  # noqa: BLE001 - bytes that are not text; a serializer of the tool's types
        call = received(slot, step)
    return Runnable(call, tool, bound)


def received(slot: Slot, step: int) -> CheckedCall:
    """Return a call with its arguments as the model sent them."""
    value: object
    try:
        value = from_json(slot.arguments)
    except ValueError:  # nested too deeply; or not of a model, but in a history
        value = slot.arguments
    plain = cast("dict[str, Any]", value) if isinstance(value, dict) else {"arguments": value}
    return CheckedCall(slot.id, slot.name, plain, step)


def _read(bound: Bound) -> tuple[Bound, dict[str, Any]]:
    """Return arguments as the function takes them, and as they are shown.

    pydantic validates the items of an `Iterable` while it is read, which is once.

    Raises:
        ValidationError: An item is not valid.
    """
    args, kwargs = bound
    items: dict[str, list[Any]] = {
        name: list(value) for name, value in kwargs.items() if _is_lazy(value)
    }
    given = {name: iter(values) for name, values in items.items()}
    return (args, {**kwargs, **given}), {**kwargs, **items}


def _is_lazy(value: object) -> TypeGuard[Iterator[Any]]:
    return isinstance(value, Iterator)


def _sentences(invalid: ValueError) -> str:
    """Return what pydantic says is wrong, in a line."""
    if not isinstance(invalid, ValidationError):
        return str(invalid)
    sentences: list[str] = []
    for error in invalid.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(str(part) for part in error["loc"])
        sentences.append(f"{place}: {error['msg']}" if place else error["msg"])
    return "; ".join(sentences)
