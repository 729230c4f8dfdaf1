"""The choice of the answer to a request, for every kind of scenario."""

from collections.abc import Callable
from itertools import chain, cycle, repeat
from pathlib import Path
from typing import TypeAlias

from .answers import Answer, Wire
from .files import by_name, load
from .proxy import Proxy, Upstream
from .received import Request
from .replay import Player, Replay
from .scenario import Scenario, ScenarioLike, Sequence

Chosen: TypeAlias = Scenario | Answer | Wire
"""An answer, or a scenario that makes one for a checked request."""

_Chooser: TypeAlias = Callable[[Request], Chosen]


class Choice:
    """Chooses the answer to each request; a sequence advances by one per request.

    Args:
        scenario: The scenario.

    Raises:
        OSError: A file of the scenario cannot be read.
        TypeError: The argument is not a scenario.
        ValueError: A file or the name of a preset is invalid.
    """

    def __init__(self, scenario: ScenarioLike) -> None:
        self._proxies: list[Proxy] = []
        self._known: dict[int, tuple[ScenarioLike, _Chooser]] = {}
        self.choose = self._chooser(scenario)
        """Returns the answer to a request."""

    def close(self) -> None:
        """Close the files of recordings."""
        for proxy in self._proxies:
            proxy.close()

    def _chooser(self, scenario: ScenarioLike) -> _Chooser:
        scenario = _normalized(scenario)
        match scenario:
            case Scenario() | Answer() | Wire():
                return lambda _: scenario
            case Sequence():
                choosers = [self._chooser(answer) for answer in scenario.answers]
                again = cycle(choosers) if scenario.cycle else repeat(choosers[-1])
                turns = chain(choosers, again)
                return lambda request: next(turns)(request)  # noqa: PLW0108 - `next` runs per request
            case Replay():
                return Player(scenario.path).answer
            case Upstream():
                self._proxies.append(Proxy(scenario))
                return self._proxies[-1].answer
            case _ if callable(scenario):
                return lambda request: self._known_chooser(scenario(request))(request)
            case _:
                raise TypeError(f"{scenario!r} is not a scenario; see ScenarioLike")

    def _known_chooser(self, scenario: ScenarioLike) -> _Chooser:
        """Return the chooser of a scenario, the same one when a function returns it again.

        The scenario is kept so that its id is not reused.
        """
        if isinstance(scenario, str | Scenario | Answer | Wire):
            return self._chooser(scenario)  # without a sequence
        if id(scenario) not in self._known:
            self._known[id(scenario)] = scenario, self._chooser(scenario)
        return self._known[id(scenario)][1]


def _normalized(
    scenario: ScenarioLike,
) -> Chosen | Sequence | Replay | Upstream | Callable[[Request], ScenarioLike]:
    match scenario:
        case str():
            return _normalized(by_name(scenario))
        case Path():
            return _normalized(load(scenario))
        case list():
            return Sequence(scenario)
        case _:
            return scenario
