"""The first asynchronous call of a process: its imports do not hold the loop up."""

import json
import sys
from importlib.util import find_spec
from types import ModuleType

import anyio
import pytest

from mistralai.client._api import loading
from mistralai.simulator import Simulator
from support.programs import STRICT, run_program

LOOPS = {
    "asyncio": "import asyncio; asyncio.run(main())",
    "trio": "import trio; trio.run(main)",
    **({"uvloop": "import uvloop; uvloop.run(main())"} if find_spec("uvloop") else {}),
}
every_loop = pytest.mark.parametrize("run", LOOPS.values(), ids=LOOPS)

PRELUDE = """
import dataclasses, json, logging, sys, threading

logging.getLogger("asyncio").setLevel("ERROR")  # its debug mode says of a busy machine that it is slow
loop, here, there = threading.get_ident(), [], []

class Spy:
    def find_spec(self, name, path=None, target=None):
        (here if threading.get_ident() == loop else there).append(name)

from mistralai import Mistral

client = Mistral()
ask = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]}
"""

CALLS = {
    "chat.stream_async": "async with client.chat.stream_async(**ask) as s: await s.until_done()",
    "chat.complete_async": "await client.chat.complete_async(**ask)",
    "chat.complete_async, tools": """tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    await client.chat.complete_async(**ask, tools=[tool], response_format={"type": "text"})""",
    "chat.parse_stream_async": """form = dataclasses.make_dataclass("Form", [("a", int)])
    async with client.chat.parse_stream_async(form, **ask) as s: await anext(aiter(s))""",
    "models.list_async": "await client.models.list_async()",
    "fim.stream_async": """async with client.fim.stream_async(model="m", prompt="x") as s:
        await s.until_done()""",
}

SPIED = """
async def main():
    client.chat, client.fim, client.models
    sys.meta_path.insert(0, Spy())
    {call}
    del sys.meta_path[0]
    await client.aclose()

{run}
print(json.dumps([here, len(there)]))
"""

ON_THE_LOOP = {
    f"mistralai.client.{name}"
    for name in (
        "_stream",
        "_stream.caller",
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
    """Runs a program in an interpreter of its own; gives what it printed."""

    def run(program):
        done = run_program(
            PRELUDE + program, *STRICT, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url
        )
        assert (done.stderr, done.returncode) == ("", 0)
        return done.stdout

    return run


@every_loop
def test_its_modules_are_imported_in_a_thread(ran, run):
    for name, call in CALLS.items():
        here, there = json.loads(ran(SPIED.format(call=call, run=run)))
        ours = {module for module in here if module.partition(".")[0] == "mistralai"}
        others = {module for module in here if module not in ours}
        assert ours <= ON_THE_LOOP, name
        assert {module.partition(".")[0] for module in others} <= sys.stdlib_module_names, name
        assert len(others) < 8, (name, others)
        assert there > 200, name


def test_later_calls_wait_for_no_thread(ran):
    ran("""
import asyncio

async def main():
    await client.chat.complete_async(**ask)
    asyncio.get_running_loop().run_in_executor = None
    await client.chat.complete_async(**ask)
    async with client.chat.stream_async(**ask) as stream:
        await stream.until_done()
    await client.aclose()

asyncio.run(main())
""")


@every_loop
def test_calls_that_are_made_meanwhile_wait_for_the_same_imports(ran, sim, run):
    before = len(sim.requests)
    said = ran(f"""
import anyio

async def stream():
    async with client.chat.stream_async(**ask) as stream:
        said.append(await stream.get_final_text())

async def complete():
    said.append((await client.chat.complete_async(**ask)).choices[0].message.content)

said = []

async def main():
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(stream)
            group.start_soon(complete)
    await client.aclose()

{run}
print(len(said), *{{*said}})
""")
    assert said == "20 Hello there\n"
    assert len(sim.requests) == before + 20


CANCELLED = {
    "complete, and another call follows": ("client.chat.complete_async", True),
    "stream, at the end of the program": ("client.chat.stream_async", False),
}


@every_loop
@pytest.mark.parametrize(("method", "again"), CANCELLED.values(), ids=CANCELLED)
def test_a_call_that_is_cancelled_meanwhile_leaves_nothing_behind(ran, run, method, again):
    said = ran(f"""
import anyio
from mistralai.client._api.loading import first

async def call():
    await {method}(**ask)

async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await anyio.sleep(0)
        await anyio.sleep(0)
        assert not first.over
        group.cancel_scope.cancel()
    if {again}:
        answer = await client.chat.complete_async(**ask)
        print(answer.choices[0].message.content)
        await client.aclose()

{run}
""")
    assert said == ("Hello there\n" if again else "")


def test_threads_that_import_by_every_spelling_meanwhile_do_not_stop_each_other(ran):
    said = ran("""
import asyncio, faulthandler, importlib

faulthandler.dump_traceback_later(30, exit=True)
together = threading.Barrier(6, timeout=20)
said = []

async def call():
    async with Mistral() as client:
        said.append((await client.chat.complete_async(**ask)).choices[0].message.content)

def loop():
    together.wait()
    asyncio.run(call())

def sync():
    together.wait()
    with Mistral() as client:
        said.append(client.chat.complete(**ask).choices[0].message.content)

def load(name):
    together.wait()
    said.append(importlib.import_module(name).__name__)

threads = [threading.Thread(target=job, args=args) for job, args in [
    (loop, ()), (loop, ()), (sync, ()),
    (load, ["mistralai.models.usermessage"]),
    (load, ["mistralai.utils.eventstreaming"]),
    (load, ["mistralai.azure.client.models"]),
]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(said), said.count("Hello there"))
""")
    assert said == "6 3\n"


@every_loop
def test_a_wrong_keyword_is_refused_at_the_call(ran, run):
    said = ran(f"""
async def main():
    for wrong in [
        {{"temprature": 1}}, {{"server_url": "nowhere"}}, {{"timeout_ms": 0}}, {{"retries": "x"}},
        {{"http_headers": {{"x": 5}}}},
    ]:
        try:
            client.chat.stream_async(**ask, **wrong)
        except (TypeError, ValueError) as error:
            print(*wrong)
    assert "pydantic" not in sys.modules

{run}
""")
    assert said.split() == ["temprature", "server_url", "timeout_ms", "retries", "http_headers"]


def test_a_wrong_body_is_refused_where_it_is_made(ran):
    said = ran("""
import asyncio

async def main():
    pending = client.chat.stream_async(model="m", messages=[{"role": "bot"}])  # makes none
    assert "pydantic" not in sys.modules
    try:
        await pending
    except ValueError as error:
        print(len(error.errors()))
    try:
        client.chat.stream_async(model=5, messages=[])
    except ValueError as error:
        print(len(error.errors()))

asyncio.run(main())
""")
    assert said == "1\n2\n"


def test_without_a_loop_to_hold_up_it_is_refused_at_the_call(ran):
    said = ran("""
try:
    client.chat.stream_async(model=5, messages=[])
except ValueError as error:
    print(len(error.errors()))
""")
    assert said == "2\n"


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
