"""Fixtures of all tests: a clean environment, and a guard of the event loop."""

import os
import sys

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

from support.colours import COLOURS, UVLOOP, colour_of

# On a busy machine any example can take long.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


def _count_no_programs():
    """Let coverage count what runs in the workers.

    In each program that a test starts it would cost half a second, and twice what the program does.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


_count_no_programs()

_ON_DRIVERS = {
    "test_batch_jobs",
    "test_beta_agents",
    "test_downloads",
    "test_errors",
    "test_files",
    "test_keys_and_servers",
    "test_logging",
    "test_parse",
    "test_raw_calls",
    "test_record",
    "test_requests",
    "test_resources",
    "test_stream_helpers",
    "test_uploads",
}
_ON_UVLOOP = {"test_scenarios", "test_streams", "test_tls_and_proxies"}
_LEAKS = ("MISTRAL_", "SSL_CERT_")
_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """Two workers a core, for `-n auto`: many tests wait for a program that they started."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Count no lines in a test that runs the same ones thousands of times: it takes a third."""
    coverage = sys.modules.get("coverage")
    counting = None if coverage is None else coverage.Coverage.current()
    if counting is None or item.get_closest_marker("uncounted") is None:
        return (yield)
    counting.stop()
    try:
        return (yield)
    finally:
        counting.start()  # sets the variable again
        _count_no_programs()


@pytest.fixture(scope="session", autouse=True)
def _clean_environment():
    """Keep keys, proxies and certificates of this machine out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_LEAKS) or name.upper().endswith("_PROXY"):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _folders_of_a_person_without_any(tmp_path_factory):
    """Keep the configuration and conversations of this machine out of the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in _FOLDERS:
            patch.setenv(name, str(home / name.lower()))
        yield


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    """Every test marked `anyio` runs under both."""
    return request.param


@pytest.fixture
def guarded_loop():
    """Fail when this package's code blocks an asyncio event loop."""
    # Only ours: the simulator's own loop, in its thread, takes locks that tests wait on.
    with blockbuster_ctx("mistralai.client") as blockbuster:
        for function in blockbuster.functions.values():
            # Modules are loaded at the first call, so that `import mistralai` costs nothing.
            function.can_block_in("<frozen importlib._bootstrap>", "_find_and_load")
            function.can_block_in("coverage/collector.py", "lock_data")  # where it is measured
        yield


@pytest.fixture
def colour(request, guarded_loop):  # noqa: ARG001 - a fixture that acts by being there
    """The synchronous client and the asynchronous one, on each kind of loop."""
    with colour_of(request.param) as colour:
        yield colour


def pytest_generate_tests(metafunc):
    """Choose the kinds of client that a test runs with.

    Tests of faults, and others that are about HTTP, run on uvloop too. Tests of decisions that
    need no I/O run once with the synchronous and once with an asynchronous client.
    """
    marks = metafunc.definition.iter_markers("parametrize")
    its_own = any("colour" in mark.args[0] for mark in marks)
    if "colour" in metafunc.fixturenames and not its_own:
        path = metafunc.definition.path
        colours = COLOURS[:2] if path.stem in _ON_DRIVERS else COLOURS
        if path.parent.name == "faults" or path.stem in _ON_UVLOOP:
            colours += UVLOOP
        metafunc.parametrize("colour", colours, indirect=True)


@pytest.fixture(autouse=True)
def _guard_async_tests(request):
    """Guard tests that run in a loop themselves. Blockbuster knows asyncio only."""
    if "anyio_backend" in request.fixturenames:
        request.getfixturevalue("guarded_loop")
