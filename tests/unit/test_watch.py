"""Reads that are ended by their watch, and those that are not."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from mistralai.client._http import watch as module
from mistralai.client._http.watch import Watch


class Read:
    """A read that a test holds; it notes when it was ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.watch = Watch(self.ended.set)


@pytest.fixture
def read() -> Iterator[Read]:
    read = Read()
    yield read
    read.watch.close()


def test_a_read_that_lasts_too_long_is_ended(read: Read) -> None:
    read.watch.begin(0.01)
    assert read.ended.wait(30)
    assert read.watch.fired


def test_a_read_that_is_over_in_time_is_not_and_neither_is_one_without_a_limit(read: Read) -> None:
    read.watch.begin(0.01)
    read.watch.end()
    other = Read()
    other.watch.begin(0.05)
    assert other.ended.wait(30)
    read.watch.begin(None)
    assert not read.watch.fired
    assert read.watch.planned is None


def test_a_deadline_that_moves_further_away_is_checked_again_and_does_not_fire(read: Read) -> None:
    read.watch.begin(0.02)
    planned = read.watch.planned
    read.watch.end()
    read.watch.begin(30)
    assert read.watch.planned == planned
    other = Read()
    other.watch.begin(0.05)
    assert other.ended.wait(30)
    assert not read.watch.fired
    assert planned is not None
    assert read.watch.planned is not None
    assert read.watch.planned > planned


def test_a_deadline_that_comes_nearer_counts_immediately(read: Read) -> None:
    read.watch.begin(30)
    read.watch.end()
    read.watch.begin(0.01)
    assert read.ended.wait(30)


def test_a_watch_is_not_kept_for_as_long_as_its_limit(read: Read) -> None:
    read.watch.begin(3600)
    planned = read.watch.planned
    assert planned is not None
    assert planned <= time.monotonic() + 10


def test_a_watch_that_is_closed_ends_nothing(read: Read) -> None:
    read.watch.begin(30)
    read.watch.close()
    read.watch.fire()
    assert not read.ended.is_set()


def test_a_child_process_starts_its_own_thread(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    read.watch.begin(30)
    names = [thread.name for thread in threading.enumerate()]
    monkeypatch.setattr(os, "getpid", lambda: -1)
    other = Read()
    other.watch.begin(0.01)
    assert other.ended.wait(30)
    now = [thread.name for thread in threading.enumerate()]
    assert now.count("mistralai-watch") == names.count("mistralai-watch") + 1
    module._by_process.pop(-1)
