"""Scenarios: replies, timing and faults, as data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

from .answers import Answer, Wire
from .faults import Fault
from .faults.names import as_faults
from .model.reply import PRESETS, Reply
from .proxy import Upstream
from .received import Request
from .replay import Replay
from .timing import Timing


@dataclass(frozen=True, slots=True, init=False)
class Scenario:
    """Answers to requests that pass the checks of the API.

    Attributes:
        reply: The content of the answers, or the name of a preset.
        timing: The timing of the answers.
        faults: The faults, in the order in which they are applied to the answer. The constructor
            also takes their names, such as `"cut-after-5"`.

    Raises:
        TypeError: `faults` is not a list of faults.
        ValueError: A preset or a fault does not exist.
    """

    reply: Reply
    timing: Timing
    faults: tuple[Fault, ...]

    def __init__(
        self,
        reply: str | Reply = "auto",
        *,
        timing: Timing | None = None,
        faults: str | Iterable[Fault | str] = (),
    ) -> None:
        assign = object.__setattr__  # the class is frozen
        assign(self, "reply", preset(reply) if isinstance(reply, str) else reply)
        assign(self, "timing", timing or Timing())
        assign(self, "faults", as_faults(faults))


def preset(name: str) -> Reply:
    """Return the preset of a name.

    Raises:
        ValueError: No preset has this name.
    """
    if name not in PRESETS:
        near = get_close_matches(name, PRESETS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"{name!r} is not a preset; {hint}use one of {', '.join(PRESETS)}")
    return PRESETS[name]


@dataclass(frozen=True, slots=True, init=False)
class Sequence:
    """A sequence of answers: one per request, the last one repeated.

    Attributes:
        answers: At least one.
        cycle: Whether the first answer follows the last one again. By default false.
    """

    answers: tuple["ScenarioLike", ...]
    cycle: bool

    def __init__(self, answers: Iterable["ScenarioLike"], *, cycle: bool = False) -> None:
        assign = object.__setattr__  # the class is frozen
        assign(self, "answers", tuple(answers))
        assign(self, "cycle", cycle)
        if not self.answers:
            raise ValueError("Sequence.answers: empty; give at least one answer")


ScenarioLike: TypeAlias = (
    str
    | Scenario
    | Answer
    | Wire
    | Sequence
    | Replay
    | Upstream
    | Path
    | list["ScenarioLike"]
    | Callable[[Request], "ScenarioLike"]
)
"""Everything that a simulator accepts as its scenario.

A string is the name of a preset or of a scenario that comes with the package (`guide`), a `Path` a
TOML file, a list a `Sequence`, and a function is called for each request. An `Answer` or a `Wire`
is sent for any request, without checks.
"""
