"""The constraints of the fields of a scenario."""

import math
import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import pytest

from mistralai.simulator import (
    Answer,
    Dialect,
    End,
    Limits,
    Pause,
    Repeat,
    Reply,
    Simulator,
    Timing,
    Upstream,
    Wire,
    faults,
)
from mistralai.simulator.bounds import Range, check


@dataclass
class Made:
    kind: ClassVar[str] = "x"

    share: Annotated[float, Range(0, 1)] = 0.5
    speed: Annotated[float, Range(0, above=True)] | None = None
    colour: Literal["red", "blue"] | Literal["none"] | None = "red"  # noqa: PYI030 - a union of literals is tested
    free: str = "anything"


def test_allowed_values_pass(subtests):
    for fields in [
        {},
        {"share": 0},
        {"share": 1},
        {"speed": 1e-9},
        {"colour": "none"},
        {"colour": None},
    ]:
        with subtests.test(fields=fields):
            check(Made(**fields))


NOT_ALLOWED = [
    ({"share": -0.1}, "share: -0.1 is out of range; use 0 to 1"),
    ({"share": 2}, "share: 2 is out of range; use 0 to 1"),
    ({"share": math.nan}, "share: nan is out of range; use 0 to 1"),
    ({"speed": 0}, "speed: 0 is out of range; use more than 0"),
    ({"colour": "green"}, "colour: 'green' is not allowed (allowed: 'red', 'blue', 'none')"),
]


def test_a_forbidden_value_is_named_with_the_allowed_ones(subtests):
    for fields, problem in NOT_ALLOWED:
        with subtests.test(fields=fields), pytest.raises(ValueError, match=re.escape(problem)):
            check(Made(**fields))


OUT_OF_BOUNDS = [
    (Answer, {"ending": "x"}),
    (Answer, {"framing": "x"}),
    (Answer, {"status": 100}),
    (Dialect, {"opening": "x"}),
    (End, {"ending": "x"}),
    (Limits, {"connections": 0}),
    (Pause, {"seconds": -1}),
    (Repeat, {"piece": b"x", "every": -1}),
    (Reply, {"source": "x"}),
    (Simulator, {"port": -1}),
    (Simulator, {"speed": 0}),
    (Timing, {"jitter": -1}),
    (Upstream, {"url": "http://h", "record": "folder", "mode": "sometimes"}),
    (Wire, {"ending": "x"}),
    (faults.ErrorEvent, {"shape": "x"}),
    (faults.HugeEvent, {"size": -1}),
    (faults.LineEnds, {"style": "lf"}),
    (faults.Pings, {"every": -1}),
    (faults.Redirect, {"status": 200}),
    (faults.Status, {"status": 200}),
]


def test_every_part_of_a_scenario_is_checked_when_it_is_made(subtests):
    for kind, fields in OUT_OF_BOUNDS:
        with subtests.test(kind=kind, fields=fields):
            *_, name = fields
            with pytest.raises(
                ValueError, match=rf"^{name}: .* (is out of range; use|is not allowed )"
            ):
                kind(**fields)
