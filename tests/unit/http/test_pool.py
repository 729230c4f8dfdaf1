"""Idle connections and room for open ones."""

from dataclasses import dataclass, field
from itertools import count

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mistralai.client._http.pool import EXPIRY, MAX_IDLE, Pool
from support.work import count_steps


class Waiter:
    def __init__(self) -> None:
        self.let_in = False

    def set(self) -> None:
        assert not self.let_in
        self.let_in = True


def filled(pool: Pool[int], *connections: int, origin: str = "a", now: float = 0.0) -> Pool[int]:
    """A pool in which connections are idle that were used one after the other."""
    for number in connections:
        pool.put(origin, number, now)
    return pool


def test_the_connection_that_was_used_last_is_taken_first_and_each_once():
    pool = filled(filled(Pool(), 1, 2), 3, origin="b")
    assert [pool.take("a") for _ in range(3)] == [2, 1, None]
    assert [pool.take("b"), pool.take("b")] == [3, None]


def test_idle_connections_expire_and_the_oldest_go_where_there_are_too_many():
    pool = filled(filled(Pool(), 1, 2, now=0.0), 3, now=10.0)
    assert pool.surplus(EXPIRY - 0.1) == []
    assert pool.surplus(EXPIRY) == [1, 2]
    assert pool.take("a") == 3
    pool = filled(filled(Pool(), *range(50), origin="b"), *range(50, MAX_IDLE + 2))
    assert pool.surplus(0.0) == [0, 1]
    assert pool.surplus(0.0) == []


def test_with_a_limit_an_idle_connection_makes_room_for_one_to_another_origin():
    pool = filled(Pool(max_open=2), 1, 2)
    assert pool.enter()
    assert pool.surplus(0.0) == []
    assert pool.surplus(0.0, opening=True) == [1]
    assert pool.take("a") == 2


def test_who_is_let_in_finds_the_connection_that_was_given_back():
    pool: Pool[int] = Pool(max_open=1)
    pool.enter()
    waiter = Waiter()
    pool.wait(waiter)
    pool.put("a", 1, 0.0)
    pool.leave()
    assert waiter.let_in
    assert pool.surplus(0.0) == []
    assert pool.take("a") == 1


def test_without_a_limit_there_is_room_for_all():
    pool: Pool[int] = Pool()
    assert all(pool.enter() for _ in range(10_000))
    assert pool.in_use == 10_000


def test_room_goes_to_who_waits_in_the_order_of_coming_and_a_newcomer_waits_behind():
    pool: Pool[int] = Pool(max_open=1)
    assert [pool.enter(), pool.enter()] == [True, False]
    waiters = [Waiter(), Waiter()]
    for waiter in waiters:
        pool.wait(waiter)
    pool.leave()
    assert [waiter.let_in for waiter in waiters] == [True, False]
    assert not pool.enter()
    pool.leave()
    assert waiters[1].let_in
    assert not pool.enter()
    pool.leave()
    assert pool.enter()


def test_who_gives_up_waits_no_longer_and_passes_on_what_was_given_meanwhile():
    pool: Pool[int] = Pool(max_open=1)
    pool.enter()
    first, second, third = Waiter(), Waiter(), Waiter()
    for waiter in (first, second, third):
        pool.wait(waiter)
    pool.give_up(second)
    pool.leave()
    assert first.let_in
    pool.give_up(first)
    assert (second.let_in, third.let_in) == (False, True)
    pool.give_up(third)
    assert pool.in_use == 0
    assert pool.enter()


def test_clearing_gives_all_that_are_idle():
    pool = filled(filled(Pool(), 1, 2), 3, origin="b")
    assert pool.clear() == [1, 2, 3]
    assert (pool.clear(), pool.take("a"), pool.surplus(EXPIRY)) == ([], None, [])


def test_a_pool_says_how_it_stands():
    pool = filled(Pool(), 1)
    pool.enter()
    assert repr(pool) == "Pool(1 in use, 1 idle, no limit)"
    assert repr(Pool(max_open=3)) == "Pool(0 in use, 0 idle, at most 3)"


def test_taking_and_giving_back_cost_the_same_however_many_are_open():
    def steps(opened: int) -> int:
        pool: Pool[object] = Pool()
        for _ in range(opened):
            pool.enter()
        for _ in range(min(opened, MAX_IDLE)):
            pool.put("a", object(), 0.0)
        used = object()

        def use() -> None:
            pool.enter()
            pool.take("a")
            pool.put("a", used, 0.0)
            pool.leave()
            pool.surplus(0.0)

        return count_steps(use)

    assert steps(10) == steps(1_000)


# --- beside a model ----------------------------------------------------------


@dataclass
class Naive:
    """A pool that looks at everything each time."""

    limit: int | None
    max_idle: int
    expiry: float
    idle: list[tuple[str, int, float]] = field(default_factory=list)
    inside: int = 0
    line: list[Waiter] = field(default_factory=list)

    def has_room(self) -> bool:
        return not self.line and (self.limit is None or self.inside < self.limit)

    def take(self, origin: str) -> int | None:
        found = [number for where, number, _ in self.idle if where == origin]
        self.idle = [each for each in self.idle if each[1] not in found[-1:]]
        return found[-1] if found else None

    def surplus(self, now: float, *, opening: bool = False) -> list[int]:
        old = [number for _, number, since in self.idle if now - since >= self.expiry]
        kept = [number for _, number, _ in self.idle if number not in old]
        limited = opening and self.limit is not None
        room = self.limit - self.inside if limited else self.max_idle
        extra = max(0, len(kept) - min(self.max_idle, room))
        gone = old + kept[:extra]
        self.idle = [each for each in self.idle if each[1] not in gone]
        return gone

    def next_in(self) -> Waiter | None:
        if self.line:
            return self.line.pop(0)
        self.inside -= 1
        return None


class BesideAModel(RuleBasedStateMachine):
    """Whatever is done in whatever order, the pool answers as the naive one does."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count()
        self.now = 0.0
        self.let_in: list[Waiter] = []
        self.make(None)

    def make(self, limit: int | None) -> None:
        self.pool: Pool[int] = Pool(max_open=limit, max_idle=4, expiry=10.0)
        self.naive = Naive(limit, 4, 10.0)

    @precondition(lambda self: not self.naive.inside and not self.naive.idle)
    @rule(limit=st.none() | st.integers(1, 4))
    def begin(self, limit: int | None) -> None:
        self.make(limit)

    @rule()
    def enter(self) -> None:
        room = self.naive.has_room()
        assert self.pool.enter() == room
        self.naive.inside += room

    @precondition(lambda self: not self.naive.has_room())
    @rule()
    def wait(self) -> None:
        waiter = Waiter()
        self.pool.wait(waiter)
        self.naive.line.append(waiter)

    @precondition(lambda self: self.naive.inside)
    @rule(origin=st.none() | st.sampled_from("ab"))
    def leave(self, origin: str | None) -> None:
        """Somebody is done, with a connection to keep or without."""
        if origin is not None:
            number = next(self.numbers)
            self.pool.put(origin, number, self.now)
            self.naive.idle.append((origin, number, self.now))
        self.pool.leave()
        self.check_next()
        assert self.pool.surplus(self.now) == self.naive.surplus(self.now)

    @precondition(lambda self: self.naive.line or self.let_in)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        waiter = data.draw(st.sampled_from(self.naive.line + self.let_in))
        self.pool.give_up(waiter)
        if waiter in self.let_in:
            self.let_in.remove(waiter)
            self.check_next()
        else:
            self.naive.line.remove(waiter)
            assert not waiter.let_in

    @rule(origin=st.sampled_from("abc"))
    def take(self, origin: str) -> None:
        assert self.pool.take(origin) == self.naive.take(origin)

    @rule(seconds=st.floats(0.0, 11.0), opening=st.booleans())
    def pass_time(self, seconds: float, *, opening: bool) -> None:
        self.now += seconds
        expected = self.naive.surplus(self.now, opening=opening)
        assert self.pool.surplus(self.now, opening=opening) == expected

    @rule()
    def clear(self) -> None:
        assert self.pool.clear() == [number for _, number, _ in self.naive.idle]
        self.naive.idle.clear()

    def check_next(self) -> None:
        waiter = self.naive.next_in()
        if waiter is not None:
            assert waiter.let_in
            self.let_in.append(waiter)

    @invariant()
    def counts_agree(self) -> None:
        naive = self.naive
        assert self.pool.in_use == naive.inside
        assert not any(waiter.let_in for waiter in naive.line)
        limit = "no limit" if naive.limit is None else f"at most {naive.limit}"
        assert repr(self.pool) == f"Pool({naive.inside} in use, {len(naive.idle)} idle, {limit})"


TestBesideAModel = BesideAModel.TestCase
TestBesideAModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
