"""All faults by name, and the choice of the faults of a request."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..answers import Answer
from ..api.errors import Refused, wrong_argument
from ..received import Request
from . import broken_off, garbled, http
from .fault import Fault, PlacedFault
from .place import At

HEADER: Final = "x-simulator-fault"
"""The header field in which a client requests faults: names, separated by commas."""

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
    """Parse the name of a fault from a header or the name of a model.

    A name is a kind, with an optional status for `status` and `error`, and an optional place:
    `cut-after-5` (events), `reset-at-byte-120`, `stall-at-1.5s`, `status-503`, `no-done`.

    Returns:
        The fault, or `None` if the text is not the name of a fault.
    """
    match = _NAME.fullmatch(name)
    if match is None or match["kind"] not in FAULTS:
        return None
    fault = FAULTS[match["kind"]]()
    if match["status"]:
        if not isinstance(fault, http.Status | garbled.ErrorEvent | http.Redirect):
            return None
        try:
            fault = replace(fault, status=int(match["status"]))
        except ValueError:  # as in `status-200`
            return None
    place = _place(match)
    if place is None:
        return fault
    return replace(fault, at=place) if isinstance(fault, PlacedFault) else None


def _place(match: re.Match[str]) -> At | None:
    if match["event"]:
        return At(event=int(match["event"]))
    if match["byte"]:
        return At(byte=int(match["byte"]))
    return At(time=float(match["time"])) if match["time"] else None


def _from_header(header: str) -> Iterator[Fault]:
    for name in filter(None, map(str.strip, header.split(","))):
        fault = named(name)
        if fault is None:
            raise Refused(wrong_argument(f"{HEADER}: {name!r} is not a fault, such as cut-after-5"))
        yield fault


class FaultChooser:
    """Applies faults to answers, and counts them for `Fault.first`.

    Args:
        faults: The faults of the scenario.
        seed: The seed of the choice by rate.
    """

    def __init__(self, faults: Sequence[Fault], seed: int) -> None:
        self._faults = faults
        self._seed = seed
        self._counts: Counter[int] = Counter()

    def apply(self, answer: Answer, request: Request, model: str) -> Answer:
        """Apply the faults of this request to its answer.

        Raises:
            Refused: The header names an unknown fault.
        """
        for fault in self._chosen(request, model):
            answer = fault.apply(answer)
        return answer

    def _chosen(self, request: Request, model: str) -> Iterator[Fault]:
        for number, fault in enumerate(self._faults):
            if self._meets(number, fault, request, model):
                self._counts[number] += 1
                if fault.first is None or self._counts[number] <= fault.first:
                    yield fault
        yield from _from_header(request.headers.get(HEADER, ""))
        by_model = named(model)
        if by_model is not None:
            yield by_model

    def _meets(self, number: int, fault: Fault, request: Request, model: str) -> bool:
        rng = random.Random(f"{self._seed}/{number}/{request.number}")
        return (
            (fault.rate == 1 or rng.random() < fault.rate)
            and (fault.header is None or fault.header in request.headers)
            and fault.model in {None, model}
        )
