"""Fixtures for tests of code that talks to Mistral.

* `mistral_simulator`: a running `mistralai.simulator.Simulator`. The marker
  `@pytest.mark.mistral("poem", seed=1)` passes its arguments on to it.
* `mistral_client`: a `mistralai.client.Mistral` that talks to it.
* `mistral_recorder`: a simulator that plays back the recording of the test, or makes one, as the
  option `--mistral-record` says.

This module imports pytest alone; a test that uses no fixture of it pays for nothing.
"""

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistralai.client import Mistral
    from mistralai.simulator import Simulator


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the recorder."""
    group = parser.getgroup("mistral")
    group.addoption(
        "--mistral-record",
        choices=["none", "once", "all"],
        default="none",
        help="when mistral_recorder asks the real API: never, for tests without a recording, always",
    )
    group.addoption(
        "--mistral-upstream",
        default="https://api.mistral.ai",
        metavar="URL",
        help="the API that mistral_recorder asks (default: %(default)s)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add the marker."""
    config.addinivalue_line(
        "markers", "mistral(scenario, **options): the arguments of mistral_simulator's Simulator"
    )


@pytest.fixture
def mistral_simulator(request: pytest.FixtureRequest) -> "Iterator[Simulator]":
    """Run a simulator for one test; the marker `mistral` has its arguments."""
    from mistralai.simulator import Simulator

    marker = request.node.get_closest_marker("mistral")
    arguments: tuple[Any, ...] = marker.args if marker else ()
    options: dict[str, Any] = marker.kwargs if marker else {}
    with Simulator(*arguments, **options) as simulator:
        yield simulator


@pytest.fixture
def mistral_client(mistral_simulator: "Simulator") -> "Iterator[Mistral]":
    """Give a client of the simulator, closed after the test."""
    from mistralai.client import Mistral

    with Mistral(api_key="simulated-key", server_url=mistral_simulator.url) as client:
        yield client


@pytest.fixture
def mistral_recorder(request: pytest.FixtureRequest) -> "Iterator[Simulator]":
    """Play back what was recorded for this test, or record it.

    Recordings lie in the folder `recordings` beside the test's file, one folder a test. Requests
    that are sent on carry the key that the test's client has.
    """
    from mistralai.simulator import Simulator, Upstream

    name = re.sub(r"[^\w.-]+", "-", request.node.name)  # of a test with parameters, too
    folder = request.path.parent / "recordings" / request.path.stem / name
    options = request.config.option
    upstream = Upstream(options.mistral_upstream, folder, options.mistral_record)
    try:
        recorder = Simulator(upstream)
    except FileNotFoundError:
        pytest.fail(f"{folder} has no recording; run pytest --mistral-record=once", pytrace=False)
    with recorder as simulator:
        yield simulator
