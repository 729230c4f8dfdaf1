"""The timing of answers."""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Final, Literal, TypeAlias

from .answers import Pause, Step
from .bounds import AtLeastOne, Range, Seconds, check

Distribution: TypeAlias = Literal["normal", "uniform", "exponential", "lognormal"]
"""The distribution of times around their mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The timing of a stream.

    Attributes:
        first: Seconds before the first event with content (time to first token).
        tokens_per_second: Events per second after that; `None` for no wait between them.
        jitter: The standard deviation of each time, relative to its mean.
        distribution: The distribution of the times; `exponential` ignores `jitter`.
        burst: Events per `send`, as a busy service sends them (wire-format section 4). The waits
            of a burst come before it.
    """

    first: Seconds = 0.0
    tokens_per_second: Annotated[float, Range(0, above=True)] | None = None
    jitter: Annotated[float, Range(0)] = 0.0
    distribution: Distribution = "normal"
    burst: AtLeastOne = 1

    def __post_init__(self) -> None:
        check(self)

    def paced(self, events: Iterable[bytes], rng: random.Random) -> Iterator[Step]:
        """Put pauses between events.

        Args:
            events: The events of a stream; the first one, with the role, is not delayed.
            rng: The source of the times.
        """
        iterator = iter(events)
        yield from islice(iterator, 1)
        gap = 1 / self.tokens_per_second if self.tokens_per_second else 0.0
        wait = self.first
        pause = Pause(gap)
        while burst := list(islice(iterator, self.burst)):
            seconds = self._around(wait, rng) + self._around(gap * (len(burst) - 1), rng)
            if seconds:
                if seconds != pause.seconds:
                    pause = Pause(seconds)
                yield pause
            yield b"".join(burst)
            wait = gap

    def waits(self, events: Iterable[bytes], rng: random.Random) -> Iterator[Pause]:
        """Return the pauses alone, for an answer that does not stream."""
        return (step for step in self.paced(events, rng) if isinstance(step, Pause))

    def _around(self, mean: float, rng: random.Random) -> float:
        if mean == 0 or (self.jitter == 0 and self.distribution != "exponential"):
            return mean
        return max(0.0, mean * _DRAWS[self.distribution](rng, self.jitter))


def _lognormal(rng: random.Random, jitter: float) -> float:
    variance = math.log1p(jitter * jitter)
    return rng.lognormvariate(-variance / 2, math.sqrt(variance))


_DRAWS: Final[Mapping[Distribution, Callable[[random.Random, float], float]]] = {
    "normal": lambda rng, jitter: rng.gauss(1, jitter),
    "uniform": lambda rng, jitter: rng.uniform(1 - jitter * 3**0.5, 1 + jitter * 3**0.5),
    "exponential": lambda rng, _: rng.expovariate(1),
    "lognormal": _lognormal,
}
"""Draws with a mean of 1 and a given standard deviation."""
