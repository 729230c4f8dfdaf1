"""Fixtures for the tests of the simulator."""

import importlib
import pkgutil
from importlib.metadata import entry_points

import httpx2
import pytest

import mistralai.client
from mistralai.simulator import Simulator
from support.raw_answer import ask


@pytest.fixture(scope="session")
def auto():
    """Return a simulator of the default scenario, for tests of one answer."""
    with Simulator() as sim:
        yield sim


@pytest.fixture(scope="session")
def http():
    """Return a client that sends a key and keeps its connections."""
    with httpx2.Client(headers={"authorization": "Bearer key"}) as client:
        yield client


@pytest.fixture
def post(auto, http):
    """Return a function that posts a chat request to the default scenario."""

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


@pytest.fixture(scope="session")
def events():
    """Return the events of an answer without faults."""
    with Simulator() as sim:
        return [event + b"\n\n" for event in ask(sim).body.split(b"\n\n")[:-1]]
