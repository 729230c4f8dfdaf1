"""Functions of many signatures, for the schemas of tools: the names in `ALL` are the corpus."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypedDict


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 2


class Town(BaseModel):
    """A town."""

    name: str = Field(description="Its name")
    people: int = Field(default=0, ge=0)


class Country(BaseModel):
    capital: Town
    towns: list[Town] = []


class Node(BaseModel):
    value: int
    children: list["Node"] = []


@dataclass
class Point:
    x: float
    y: float = 0.0
    names: list[str] = field(default_factory=list[str])


class Entry(TypedDict):
    key: str
    value: NotRequired[int]


class Pair(NamedTuple):
    left: int
    right: str


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


def nothing() -> str:
    """Do nothing."""
    return ""


def undocumented(a: int) -> int:
    return a


def scalars(a: str, b: int, c: float, d: bool) -> str:
    """Take scalars."""
    return f"{a}{b}{c}{d}"


def defaults(a: str = "x", b: int = 1, c: float = 0.5, d: bool = True) -> str:
    """Take defaults."""
    return f"{a}{b}{c}{d}"


def optional(a: str | None, b: int | None = None) -> str:
    """Take what may be missing."""
    return f"{a}{b}"


def keyword_only(*, a: str, b: int = 2) -> str:
    """Take keywords."""
    return f"{a}{b}"


def literal(a: Literal["C", "F"], b: Literal[1, 2] | None = None) -> str:
    """Take literals."""
    return f"{a}{b}"


def enumeration(a: Colour, b: Size = Size.SMALL) -> str:
    """Take members."""
    return f"{a}{b}"


def union(a: int | str, b: list[int] | dict[str, int]) -> str:
    """Take unions."""
    return f"{a}{b}"


def lists(a: list[str], b: list[list[int]], c: Sequence[float]) -> str:
    """Take lists."""
    return f"{a}{b}{c}"


def tuples(a: tuple[int, str], b: tuple[int, ...], c: Pair) -> str:
    """Take tuples."""
    return f"{a}{b}{c}"


def sets(a: set[str], b: frozenset[int]) -> str:
    """Take sets."""
    return f"{a}{b}"


def mappings(a: dict[str, int], b: Mapping[str, list[str]], c: dict[str, Any]) -> str:
    """Take mappings."""
    return f"{a}{b}{c}"


def anything(a: Any, b: object = None) -> str:
    """Take anything."""
    return f"{a}{b}"


def unannotated(a, b=1):  # type: ignore[no-untyped-def] # pyright: ignore[reportUnknownParameterType,reportMissingParameterType]
    return f"{a}{b}"


def times(a: dt.datetime, b: dt.date, c: dt.timedelta) -> str:
    """Take times."""
    return f"{a}{b}{c}"


def formats(a: UUID, b: Path, c: bytes) -> str:
    """Take formats."""
    return f"{a}{b}{c!r}"


def model_beside(town: Town, note: str = "") -> str:
    """Take a model and more."""
    return f"{town}{note}"


def nested_model(country: Country, deep: bool = False) -> str:
    """Take a model in a model."""
    return f"{country}{deep}"


def recursive_model(node: Node, depth: int) -> str:
    """Take a tree."""
    return f"{node}{depth}"


def optional_model(town: Town | None = None, count: int = 0) -> str:
    """Take a model or nothing."""
    return f"{town}{count}"


def list_of_models(towns: list[Town], best: Town) -> str:
    """Take models."""
    return f"{towns}{best}"


def one_of_models(pet: Annotated[Cat | Dog, Field(discriminator="kind")], count: int) -> str:
    """Take a pet."""
    return f"{pet}{count}"


def data_class(point: Point, scale: float = 1.0) -> str:
    """Take a dataclass."""
    return f"{point}{scale}"


def typed_dict(entry: Entry, entries: list[Entry]) -> str:
    """Take a typed dict."""
    return f"{entry}{entries}"


def only_a_model(town: Town) -> str:
    """Take a model alone."""
    return str(town)


def only_a_data_class(point: Point) -> str:
    """Take a dataclass alone."""
    return str(point)


def only_a_typed_dict(entry: Entry) -> str:
    """Take a typed dict alone."""
    return str(entry)


def annotated_field(
    a: Annotated[int, Field(ge=1, le=10, description="From one to ten")], b: int = 5
) -> str:
    """Take a bounded number."""
    return f"{a}{b}"


def field_as_default(
    a: str = Field(min_length=1, description="Some text"), b: int = Field(default=3, gt=0)
) -> str:
    """Take fields."""
    return f"{a}{b}"


def pattern(a: Annotated[str, Field(pattern="^[a-z]+$", examples=["abc"])]) -> str:
    """Take letters."""
    return a


def google(city: str, unit: Literal["C", "F"] = "C") -> str:
    """Say how the weather is.

    Args:
        city: The name of a town,
            with its country.
        unit: The unit of the temperature.

    Returns:
        A sentence.
    """
    return f"{city}{unit}"


def google_with_types(city: str, days: int = 1) -> str:
    """Forecast the weather.

    Longer text about it.

    Args:
        city (str): The name of a town.
        days (int, optional): The number of days.

    Raises:
        ValueError: There is no such town.
    """
    return f"{city}{days}"


def numpy(city: str, days: int = 1) -> str:
    """Forecast the weather.

    Parameters
    ----------
    city : str
        The name of a town.
    days : int, optional
        The number of days.

    Returns
    -------
    str
        A sentence.
    """
    return f"{city}{days}"


def sphinx(city: str, days: int = 1) -> str:
    """Forecast the weather.

    :param city: The name of a town.
    :param days: The number of days.
    :returns: A sentence.
    """
    return f"{city}{days}"


def documented_in_part(city: str, days: int = 1) -> str:
    """Forecast the weather.

    Args:
        days: The number of days.
    """
    return f"{city}{days}"


def field_before_docstring(city: Annotated[str, Field(description="By Field")]) -> str:
    """Forecast the weather.

    Args:
        city: By the docstring.
    """
    return city


def note_as_text(city: Annotated[str, "Name of a town"]) -> str:
    """Forecast the weather."""
    return city


def model_documented(town: Town, days: int) -> str:
    """Forecast the weather.

    Args:
        town: Where.
        days: The number of days.
    """
    return f"{town}{days}"


async def asynchronous(a: int) -> int:
    """Wait."""
    return a


def extra_keywords(a: int, **rest: int) -> str:
    """Take more keywords."""
    return f"{a}{rest}"


def private_parameter(a: int, _b: int = 0) -> str:
    """Take a private one."""
    return f"{a}{_b}"


def mutable_default(a: list[int] = [], b: dict[str, int] = {}) -> str:  # noqa: B006
    """Take mutable defaults."""
    return f"{a}{b}"


ALL: list[Callable[..., Any]] = [
    *(nothing, undocumented, scalars, defaults, optional, keyword_only, literal, enumeration),
    *(union, lists, tuples, sets, mappings, anything, unannotated, times, formats),
    *(model_beside, nested_model, recursive_model, optional_model, list_of_models),
    *(one_of_models, data_class, typed_dict, only_a_model, only_a_data_class, only_a_typed_dict),
    *(annotated_field, field_as_default, pattern, google, google_with_types, numpy, sphinx),
    *(documented_in_part, field_before_docstring, note_as_text, model_documented, asynchronous),
    *(extra_keywords, private_parameter, mutable_default),
]
