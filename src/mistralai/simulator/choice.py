"""What a request is answered with, of all that a scenario may be."""

from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path
from typing import TypeAlias

from .answers import Answer, Wire
from .files import load
from .proxy import Proxy, Upstream
from .received import Request
from .replay import Player, Replay
from .scenario import Scenario, ScenarioLike, Sequence

Chosen: TypeAlias = Scenario | Answer | Wire
"""An answer, or what one is made from once the request was checked."""

_Chooser: TypeAlias = Callable[[Request], Chosen]


class Choice:
    """Chooses, counting turns as it goes.

    Args:
        scenario: What there is to choose from.

    Raises:
        OSError: A file that it names cannot be read.
        TypeError: It is no scenario.
        ValueError: A file, or the name of a preset, cannot be understood.
    """

    def __init__(self, scenario: ScenarioLike) -> None:
        self._proxies: list[Proxy] = []
        self._known: dict[int, tuple[ScenarioLike, _Chooser]] = {}
        self.of = self._chooser(scenario)
        """Says what a request is answered with."""

    def close(self) -> None:
        """Close the files of recordings."""
        for proxy in self._proxies:
            proxy.close()

    def _chooser(self, scenario: ScenarioLike) -> _Chooser:
        scenario = _written_out(scenario)
        match scenario:
            case Scenario() | Answer() | Wire():
                return lambda _: scenario
            case Sequence(answers=answers):
                choosers = [self._chooser(answer) for answer in answers]
                turns = chain(choosers, repeat(choosers[-1]))
                return lambda request: next(turns)(request)  # noqa: PLW0108 - each request takes a turn
            case Replay():
                return Player(scenario.path).answer
            case Upstream():
                self._proxies.append(Proxy(scenario))
                return self._proxies[-1].answer
            case _ if callable(scenario):
                return lambda request: self._again(scenario(request))(request)
            case _:
                raise TypeError(f"{scenario!r} is no scenario; see ScenarioLike")

    def _again(self, scenario: ScenarioLike) -> _Chooser:
        """Go on where a scenario was left that a function gives once more.

        It is held, so that its id stays its own.
        """
        if isinstance(scenario, str | Scenario | Answer | Wire):
            return self._chooser(scenario)  # which has no turns
        if id(scenario) not in self._known:
            self._known[id(scenario)] = scenario, self._chooser(scenario)
        return self._known[id(scenario)][1]


def _written_out(
    scenario: ScenarioLike,
) -> Chosen | Sequence | Replay | Upstream | Callable[[Request], ScenarioLike]:
    match scenario:
        case str():
            return Scenario(scenario)
        case Path():
            return _written_out(load(scenario))
        case list():
            return Sequence(scenario)
        case _:
            return scenario
