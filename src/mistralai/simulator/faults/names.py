"""The names of faults, as in a header, as the name of a model and on the command line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final, cast

from . import broken_off, garbled, http
from .fault import Fault, PlacedFault
from .place import At

FAULTS: Final[Mapping[str, type[Fault]]] = {
    fault.kind: fault
    for fault in (
        broken_off.Cut,
        broken_off.Reset,
        broken_off.Truncate,
        broken_off.Stall,
        broken_off.Pings,
        broken_off.Endless,
        broken_off.NoDone,
        broken_off.NoFinalNewline,
        broken_off.CloseIdle,
        garbled.ErrorEvent,
        garbled.BadJson,
        garbled.HugeEvent,
        garbled.Insert,
        garbled.Duplicate,
        garbled.Swap,
        garbled.SplitUtf8,
        garbled.LineEnds,
        garbled.ByteOrderMark,
        garbled.Gzip,
        http.Status,
        http.Redirect,
        http.ContentType,
        http.SlowHeaders,
        http.RateLimits,
    )
}
"""Every kind of fault, by name."""

_NAME: Final = re.compile(
    r"(?P<kind>[a-z0-9-]+?)"
    r"(?:-(?P<status>[1-5]\d\d))?"
    r"(?:-after-(?P<event>\d+)|-at-byte-(?P<byte>\d+)|-at-(?P<time>\d+(?:\.\d+)?)s)?"
)


def named(name: str) -> Fault | None:
    """Return the fault of a name, or `None` if it is not the name of a fault; see `fault_named`."""
    match = _NAME.fullmatch(name)
    if match is None or match["kind"] not in FAULTS:
        return None
    try:
        return _made(match)
    except ValueError:
        return None


def fault_named(name: str) -> Fault:
    """Return the fault of a name.

    A name is a kind, with an optional status for `status`, `redirect` and `error`, and an optional
    place: `cut-after-5` (events), `reset-at-byte-120`, `stall-at-1.5s`, `status-503`, `no-done`.

    Raises:
        ValueError: The text is not the name of a fault.
    """
    match = _NAME.fullmatch(name)
    if match is None or match["kind"] not in FAULTS:
        raise ValueError(f"{name!r} is not a fault; {_hint(name)}")
    try:
        return _made(match)
    except ValueError as error:
        raise ValueError(f"{name!r} is not a fault: {error}") from None


def as_faults(faults: str | Iterable[Fault | str]) -> tuple[Fault, ...]:
    """Return faults that are given as objects, as names, or as one text of names and commas.

    Raises:
        TypeError: The argument is not a list, or an element is neither a fault nor a text.
        ValueError: A text is not the name of a fault.
    """
    if isinstance(faults, str):
        faults = filter(None, map(str.strip, faults.split(",")))
    given: Any = faults
    if not isinstance(given, Iterable):
        raise TypeError(f"faults: must be a list, such as ['cut-after-5'], not {given!r}")
    elements = cast("Iterable[object]", given)
    return tuple(_as_fault(each, f"faults[{number}]") for number, each in enumerate(elements))


def _as_fault(given: object, path: str) -> Fault:
    match given:
        case Fault():
            return given
        case str():
            try:
                return fault_named(given)
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from None
        case type() if issubclass(given, Fault):
            raise TypeError(f"{path}: {given.__name__} is a class; use {given.__name__}()")
        case _:
            raise TypeError(
                f"{path}: must be a fault, such as faults.Cut(), or its name, such as"
                f" 'cut-after-5', not {given!r}"
            )


def _hint(name: str) -> str:
    """Return what to write instead of a text that is not the name of a fault."""
    for kind, fault in FAULTS.items():
        if name.startswith(f"{kind}-") and issubclass(fault, PlacedFault):
            return f"a place is written as in {kind}-after-5, {kind}-at-byte-700 or {kind}-at-1.5s"
    near = get_close_matches(name, FAULTS, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}use a name such as cut-after-5, of: {', '.join(FAULTS)}"


def _made(match: re.Match[str]) -> Fault:
    """Return the fault of a name that has the right form.

    Raises:
        ValueError: Its kind has no status or no place, or the status is out of range.
    """
    kind = match["kind"]
    fault = FAULTS[kind]()
    if match["status"]:
        if not isinstance(fault, http.Status | garbled.ErrorEvent | http.Redirect):
            raise ValueError(f"{kind} has no status")
        fault = replace(fault, status=int(match["status"]))
    place = _place(match)
    if place is None:
        return fault
    if not isinstance(fault, PlacedFault):
        raise ValueError(f"{kind} has no place")  # noqa: TRY004 - the name is wrong, not a type
    return replace(fault, at=place)


def _place(match: re.Match[str]) -> At | None:
    if match["event"]:
        return At(event=int(match["event"]))
    if match["byte"]:
        return At(byte=int(match["byte"]))
    return At(time=float(match["time"])) if match["time"] else None
