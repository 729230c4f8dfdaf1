"""The base classes of faults, with the conditions of a request and the place in an answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from ..answers import Answer, Step
from ..bounds import AtLeastOne, Range, check, check_types
from .place import START, At, insert, not_a_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(ABC):
    """A fault of the answers to requests that meet all conditions.

    Attributes:
        rate: The share of requests with the fault, between 0 and 1, chosen by the seed.
        first: Only this many requests have the fault: the first that meet the other conditions.
        header: Only requests with this header field have the fault, whatever its value.
        model: Only requests for this model have the fault.
    """

    kind: ClassVar[str]
    """The name in TOML, in a header, and as the name of a model."""

    rate: Annotated[float, Range(0, 1)] = 1.0
    first: AtLeastOne | None = None
    header: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        check_types(self)
        check(self)

    @abstractmethod
    def apply(self, answer: Answer) -> Answer:
        """Return the answer with the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFault(Fault):
    """A fault with a place in the body.

    Attributes:
        at: The place; the start of the body by default. A body that ends before the place has no
            fault.
    """

    at: At = START

    def __post_init__(self) -> None:
        place: object = self.at
        if not isinstance(place, At):
            raise not_a_place(place)
        Fault.__post_init__(self)  # `super()` does not work in a class with slots


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertedFault(PlacedFault):
    """A fault that inserts steps at its place."""

    def apply(self, answer: Answer) -> Answer:
        """Insert the steps."""
        return replace(answer, body=insert(answer.body, self.at, *self.steps()))

    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """Return the steps to insert."""
