"""The first asynchronous call of a process: its imports do not hold the loop up."""

import json
import sys
from types import ModuleType

import anyio
import pytest

from mistralai.client._api import loading
from mistralai.simulator import Simulator
from support.life import LOOPS
from support.programs import PROGRAMS, STRICT, run_program

every_loop = pytest.mark.parametrize("loop", LOOPS)

CALLS = [
    "chat.stream_async",
    "chat.complete_async with tools",
    "chat.complete_async",
    "chat.parse_stream_async",
    "models.list_async",
    "fim.stream_async",
    "request_async",
    "stream_bytes_async",
]

ON_THE_LOOP = {
    f"mistralai.client.{name}"
    for name in (
        "_stream",
        "_stream.caller",
        "_stream.misused",
        "errors",
        "errors.details",
        "errors.mistralerror",
        "errors.sdkerror",
        "_api.pending",
        "_api.specs",
        "_call.retry",
        "_call.steps",
        "_call.timeouts",
    )
}
"""What a call looks at before it returns what is to be awaited: small, and nobody else's."""


@pytest.fixture(scope="module")
def sim():
    with Simulator() as sim:
        yield sim


@pytest.fixture
def ran(sim):
    """Run a program in an interpreter of its own, and return the lines that it printed."""

    def run(name, *args):
        environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        done = run_program(PROGRAMS / name, *STRICT, arguments=args, **environment)
        assert (done.stderr, done.returncode) == ("", 0)
        return done.stdout.splitlines()

    return run


@pytest.mark.timeout(180)
@every_loop
def test_its_modules_are_imported_in_a_thread(ran, subtests, loop):
    """Which modules those are depends on the call, and how the thread is awaited on the loop."""
    for name in CALLS if loop == "asyncio" else CALLS[:2]:
        with subtests.test(name):
            [told] = ran("spied_call.py", loop, name)
            here, there = json.loads(told)
            ours = {module for module in here if module.partition(".")[0] == "mistralai"}
            others = {module for module in here if module not in ours}
            assert ours <= ON_THE_LOOP
            assert {module.partition(".")[0] for module in others} <= sys.stdlib_module_names
            assert len(others) < 8, others
            assert there > 200


@every_loop
def test_calls_that_are_made_meanwhile_wait_for_the_same_imports_and_later_ones_for_none(
    ran, sim, loop
):
    before = len(sim.requests)
    later = ["without a thread"] if loop == "asyncio" else []
    assert ran("first_calls.py", loop) == ["20 Hello there", *later]
    assert len(sim.requests) == before + 20 + 2 * len(later)


@every_loop
def test_a_call_that_is_cancelled_meanwhile_leaves_nothing_behind(ran, subtests, loop):
    for then, said in {"another follows": ["Hello there"], "the program ends": []}.items():
        with subtests.test(then):
            assert ran("cancelled_first_call.py", loop, then) == said


def test_threads_that_import_by_every_spelling_meanwhile_do_not_stop_each_other(ran):
    assert ran("importing_threads.py") == ["6 3"]


@every_loop
def test_a_wrong_keyword_is_refused_at_the_call_and_a_wrong_body_where_it_is_made(ran, loop):
    keywords = ["temprature", "server_url", "timeout_ms", "retries", "http_headers"]
    assert ran("wrong_first_calls.py", loop) == [*keywords, "awaited 1", "called 2"]


def test_without_a_loop_to_hold_up_a_wrong_body_is_refused_at_the_call(ran):
    assert ran("wrong_first_calls.py") == ["called 2"]


def test_where_there_are_no_threads_any_more_the_loop_does_it_itself():
    async def main():
        import asyncio

        await asyncio.get_running_loop().shutdown_default_executor()
        return await loading.in_thread(lambda: "done")

    assert anyio.run(main) == "done"


def test_a_library_that_another_thread_has_half_loaded_runs_no_loop(monkeypatch):
    async def main():
        return loading._loop()

    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))
    assert anyio.run(main) == "asyncio"
    monkeypatch.setitem(sys.modules, "asyncio", ModuleType("asyncio"))
    assert loading._loop() is None


@pytest.mark.anyio
async def test_what_goes_wrong_in_the_thread_is_raised_where_it_is_awaited():
    def fail():
        raise LookupError("in the thread")

    with pytest.raises(LookupError, match="in the thread"):
        await loading.in_thread(fail)
