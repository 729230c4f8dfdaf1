"""The choice of the faults of a request."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from ..api.errors import Refused, wrong_argument
from ..received import Request
from .fault import Fault
from .names import named

HEADER: Final = "x-simulator-fault"
"""The header field in which a client requests faults: names, separated by commas."""


class FaultChooser:
    """Chooses the faults of each request, and counts them for `Fault.first`.

    Args:
        faults: The faults to choose from.
        seed: The seed of the choice by rate.
    """

    def __init__(self, faults: Sequence[Fault], seed: int | str) -> None:
        self.faults = faults
        """The faults to choose from."""
        self._seed = seed
        self._counts: Counter[int] = Counter()

    def chosen(self, request: Request, model: str) -> Iterator[Fault]:
        """Yield the faults of a request; this counts the request."""
        for number, fault in enumerate(self.faults):
            if self._meets(number, fault, request, model):
                self._counts[number] += 1
                if fault.first is None or self._counts[number] <= fault.first:
                    yield fault

    def _meets(self, number: int, fault: Fault, request: Request, model: str) -> bool:
        rng = random.Random(f"{self._seed}/{number}/{request.number}")
        return (
            (fault.rate == 1 or rng.random() < fault.rate)
            and (fault.header is None or fault.header in request.headers)
            and fault.model in {None, model}
        )


def requested(request: Request, model: str) -> Iterator[Fault]:
    """Yield the faults that a request names in its header or as its model.

    Raises:
        Refused: The header has something else.
    """
    for name in filter(None, map(str.strip, request.headers.get(HEADER, "").split(","))):
        fault = named(name)
        if fault is None:
            raise Refused(wrong_argument(f"{HEADER}: {name!r} is not a fault, such as cut-after-5"))
        yield fault
    by_model = named(model)
    if by_model is not None:
        yield by_model
