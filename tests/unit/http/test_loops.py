"""What is kept for each event loop, and ends with it."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest
import trio
from anyio import lowlevel

from mistralai.client._http.loops import PerLoop

RUN: dict[str, Callable[[Any], Any]] = {
    "asyncio": lambda main: asyncio.run(main()),
    "uvloop": lambda main: pytest.importorskip("uvloop").run(main()),
    "trio": trio.run,
}


class Values:
    """Values with numbers, and the numbers of those that were closed."""

    def __init__(self) -> None:
        self.made = 0
        self.closed: list[int] = []
        self.kept = PerLoop(self.make, self.close)

    def make(self) -> int:
        self.made += 1
        return self.made

    async def close(self, number: int) -> None:
        await lowlevel.cancel_shielded_checkpoint()  # in its loop, which still runs
        self.closed.append(number)


@pytest.fixture(params=RUN)
def run(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    return RUN[request.param]


def test_each_loop_has_its_own_value_which_is_closed_in_it_as_it_ends(run):
    values = Values()

    async def main() -> list[int]:
        return [await values.kept.get() for _ in range(2)]

    for number in range(1, 4):
        assert run(main) == [number, number]
        assert values.closed == list(range(1, number + 1))


def test_a_value_may_be_closed_before_its_loop_ends_and_another_one_comes(run):
    values = Values()

    async def main() -> None:
        await values.kept.end()
        assert values.closed == []
        await values.kept.get()
        await values.kept.end()
        await values.kept.end()
        assert values.closed == [1]
        assert await values.kept.get() == 2

    run(main)
    assert values.closed == [1, 2]


def test_what_a_loop_closed_at_its_end_is_not_closed_again():
    values = Values()

    async def main() -> None:
        await values.kept.get()
        await asyncio.get_running_loop().shutdown_asyncgens()
        await values.kept.end()

    asyncio.run(main())
    assert values.closed == [1]


def test_a_loop_that_is_over_is_not_kept(run):
    values = Values()

    async def main() -> None:
        await values.kept.get()

    run(main)
    gc.collect()
    held = values.kept.set_aside()
    assert held == []


def test_what_is_set_aside_is_neither_closed_nor_given_again(run):
    values = Values()

    async def main() -> object:
        await values.kept.get()
        held = values.kept.set_aside()
        assert await values.kept.get() == 2
        await values.kept.end()
        assert values.closed == [2]
        return held

    held = run(main)
    assert values.made == 2
    del held
