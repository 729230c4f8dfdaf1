"""What the tests of the simulator share."""

import importlib
import pkgutil
from importlib.metadata import entry_points

import httpx2
import pytest

import mistralai.client
from mistralai.simulator import Simulator


@pytest.fixture(scope="session")
def auto():
    """A simulator of the default scenario, for tests that look at one answer."""
    with Simulator() as sim:
        yield sim


@pytest.fixture(scope="session")
def http():
    """A client that sends a key and keeps its connections."""
    with httpx2.Client(headers={"authorization": "Bearer key"}) as client:
        yield client


@pytest.fixture
def post(auto, http):
    """Post a chat request to the default scenario; a user message unless told otherwise."""

    def post(**fields):
        body = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]} | fields
        return http.post(f"{auto.url}/v1/chat/completions", json=body)

    return post


@pytest.fixture(scope="session")
def plugin_arguments():
    """Return the arguments that load our plugin into a pytest within pytest; none if installed.

    All modules are loaded first: pytester drops those that a run within this process loads, and
    a second copy would have other classes of errors.
    """
    for module in pkgutil.walk_packages(mistralai.client.__path__, "mistralai.client."):
        importlib.import_module(module.name)
    points = entry_points(group="pytest11")
    installed = any(point.value == "mistralai.pytest_plugin" for point in points)
    return () if installed else ("-p", "mistralai.pytest_plugin")
