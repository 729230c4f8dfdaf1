"""A test of several cases as one item, which runs with each of them and names those that fail."""

import functools
import inspect
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

Cases = Callable[..., Iterable[tuple[str, AbstractContextManager[Any]]]]


def once_for_each(
    parameter: str, cases: Cases, *, needs: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a decorator that calls a test once for each case.

    Args:
        parameter: The test's parameter for a case; its others are fixtures, as always.
        cases: Gives the name of each case and what opens it.
        needs: The fixtures that it is called with.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        its_own = [name for name in inspect.signature(test).parameters if name != parameter]

        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            given = {name: fixtures[name] for name in its_own}
            for name, opened in cases(*(fixtures[need] for need in needs)):
                with fixtures["subtests"].test(name), opened as case:
                    test(**{parameter: case}, **given)

        names = dict.fromkeys(["subtests", *needs, *its_own])
        parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # for pytest
        return run

    return decorate
