"""A fault: what goes wrong, where in an answer, and for which requests."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from ..answers import Answer, Step
from ..bounds import AtLeastOne, Range, check
from .place import START, At, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(ABC):
    """Something that goes wrong, for the requests that meet all its conditions.

    Attributes:
        rate: The share of requests that it happens to, between 0 and 1, chosen by the seed.
        first: It happens to so many requests only, the first that meet the other conditions.
        header: It happens to requests with this header field only, whatever its value.
        model: It happens to requests for this model only.
    """

    kind: ClassVar[str]
    """Its name in TOML, in a header, and as the name of a model."""

    rate: Annotated[float, Range(0, 1)] = 1.0
    first: AtLeastOne | None = None
    header: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        check(self)

    @abstractmethod
    def apply(self, answer: Answer) -> Answer:
        """Change an answer that was fine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFault(Fault):
    """A fault that has a place in the body.

    Attributes:
        at: Where; behind the head by default. In a body that does not reach the place, nothing
            goes wrong.
    """

    at: At = START


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertedFault(PlacedFault):
    """A fault that is some steps put at its place."""

    def apply(self, answer: Answer) -> Answer:
        """Put the steps in."""
        return replace(answer, body=insert(answer.body, self.at, *self.steps()))

    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """Give what is put in."""
