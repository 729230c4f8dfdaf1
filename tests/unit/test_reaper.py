import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import anyio
import pytest
import trio

from mistralai.client._http import reaper
from mistralai.client._http.reaper import Loop, reap


class Job:
    """Work that tells when it was done, and in which thread."""

    def __init__(self, error: Exception | None = None) -> None:
        self.done = threading.Event()
        self.thread: threading.Thread | None = None
        self._error = error

    def __call__(self) -> None:
        self.thread = threading.current_thread()
        self.done.set()
        if self._error:
            raise self._error

    def wait(self) -> threading.Thread:
        assert self.done.wait(10)
        assert self.thread is not None
        return self.thread


# --- the thread --------------------------------------------------------------


def test_jobs_are_done_in_order_by_one_thread_that_keeps_no_program_alive() -> None:
    jobs = [Job() for _ in range(3)]
    for job in jobs:
        reap(job)
    threads = {job.wait() for job in reversed(jobs)}
    assert threading.current_thread() not in threads
    assert [(thread.name, thread.daemon) for thread in threads] == [("mistralai-reaper", True)]


def test_a_job_that_fails_stops_no_other_and_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = Job(OSError("the peer was faster")), Job()
    reap(first)
    reap(second)
    assert first.wait() is second.wait()
    assert capsys.readouterr().err == ""


def test_a_job_is_let_go_of_when_it_is_done() -> None:
    job = Job()
    reference = weakref.ref(job)
    reap(job)
    job.wait()
    del job
    last = Job()
    reap(last)
    last.wait()  # now the thread holds this one
    gc.collect()
    assert reference() is None


def test_in_another_process_the_thread_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = reaper._Reaper()
    parents, childs = Job(), Job()
    begun.put(parents)
    thread = parents.wait()
    monkeypatch.setattr("os.getpid", lambda: -1)
    begun.put(childs)
    childs.wait()
    assert sum(each.name == thread.name for each in threading.enumerate()) >= 2


def test_another_process_does_nothing_of_what_its_parent_still_has_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = reaper._Reaper()
    going_on = threading.Event()
    parents, childs = Job(), Job()
    begun.put(lambda: going_on.wait(30))
    begun.put(parents)
    monkeypatch.setattr("os.getpid", lambda: -1)
    begun.put(childs)
    childs.wait()
    assert not parents.done.is_set()
    going_on.set()
    parents.wait()


def test_where_no_thread_can_be_started_any_more_nothing_is_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", start)
    reaper._Reaper().put(Job())


# --- the loops ---------------------------------------------------------------


@pytest.mark.anyio
async def test_a_loop_does_what_it_is_given_from_any_thread() -> None:
    loop = Loop()
    done: list[tuple[int, threading.Thread]] = []
    all_done = anyio.Event()

    def job(number: int) -> Callable[[], Any]:
        async def do() -> None:
            await anyio.lowlevel.checkpoint()
            done.append((number, threading.current_thread()))
            if len(done) == 2:
                all_done.set()

        return do

    loop.run_soon(job(1))
    await anyio.to_thread.run_sync(loop.run_soon, job(2))
    with anyio.fail_after(10):
        await all_done.wait()
    assert sorted(done, key=lambda each: each[0]) == [
        (1, threading.current_thread()),
        (2, threading.current_thread()),
    ]


@pytest.mark.anyio
async def test_an_error_of_a_loops_job_is_not_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = anyio.Event()

    async def fail() -> None:
        done.set()
        raise OSError("the peer was faster")

    Loop().run_soon(fail)
    with anyio.fail_after(10):
        await done.wait()
    await anyio.lowlevel.checkpoint()
    gc.collect()
    assert capsys.readouterr().err == ""


def test_the_end_of_a_run_of_trio_waits_for_a_job() -> None:
    done = []

    async def main() -> None:
        began = trio.Event()

        async def job() -> None:
            began.set()
            await trio.lowlevel.checkpoint()
            done.append(True)

        Loop().run_soon(job)
        await began.wait()

    trio.run(main)
    assert done


def test_the_end_of_a_loop_of_asyncio_cancels_a_job_silently(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def main() -> None:
        began = asyncio.Event()

        async def job() -> None:
            began.set()
            await asyncio.Event().wait()

        Loop().run_soon(job)
        await began.wait()

    asyncio.run(main())
    gc.collect()
    assert capsys.readouterr().err == ""


def test_a_loop_that_has_ended_is_given_no_more_jobs(subtests: pytest.Subtests) -> None:
    async def main() -> Loop:
        return Loop()

    async def job() -> None:
        raise AssertionError

    for name, run in {
        "asyncio": lambda: asyncio.run(main()),
        "trio": lambda: trio.run(main),
    }.items():
        with subtests.test(name):
            run().run_soon(job)
            gc.collect()  # warns of a coroutine that was never awaited


def test_a_run_of_trio_that_takes_no_new_tasks_is_left_alone() -> None:
    async def job() -> None:
        raise AssertionError

    reaper._in_trio(job)  # outside of a run it is refused as it is at its end
