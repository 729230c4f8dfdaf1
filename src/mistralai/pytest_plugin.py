"""Fixtures for tests of code that talks to Mistral.

* `mistral_simulator`: a running `mistralai.simulator.Simulator`, with the arguments of the marker
  `@pytest.mark.mistral("poem", faults=["cut-after-5"])`.
* `mistral_client`: a `mistralai.client.Mistral` connected to it.
* `mistral_recorder`: a simulator that plays back the recording of the test, or makes one, depending
  on the option `--mistral-record`.

This module imports only pytest, so tests without these fixtures do not load the client.
"""

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistralai.client import Mistral
    from mistralai.simulator import Simulator


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `mistral_recorder`."""
    group = parser.getgroup("mistral")
    group.addoption(
        "--mistral-record",
        choices=["none", "once", "all"],
        default="none",
        help="when mistral_recorder calls the real API: never, without a recording, or always",
    )
    group.addoption(
        "--mistral-upstream",
        default="https://api.mistral.ai",
        metavar="URL",
        help="the API that mistral_recorder calls (default: %(default)s)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", "mistral(scenario, **options): the arguments of mistral_simulator's Simulator"
    )


@pytest.fixture
def mistral_simulator(request: pytest.FixtureRequest) -> "Iterator[Simulator]":
    """Run a simulator for one test, with the arguments of the marker `mistral`."""
    from mistralai.simulator import Simulator

    marker = request.node.get_closest_marker("mistral")
    arguments: tuple[Any, ...] = marker.args if marker else ()
    options: dict[str, Any] = marker.kwargs if marker else {}
    with Simulator(*arguments, **options) as simulator:
        yield simulator


@pytest.fixture
def mistral_client(mistral_simulator: "Simulator") -> "Iterator[Mistral]":
    """Yield a client of the simulator, closed after the test."""
    from mistralai.client import Mistral

    with Mistral(api_key="simulated-key", server_url=mistral_simulator.url) as client:
        yield client


@pytest.fixture
def mistral_recorder(request: pytest.FixtureRequest) -> "Iterator[Simulator]":
    """Play back the recording of this test, or make it.

    Recordings are in the folder `recordings` next to the test's file, with one folder per test.
    Relayed requests carry the key of the test's client.
    """
    from mistralai.simulator import Simulator, Upstream

    name = re.sub(r"[^\w.-]+", "-", request.node.name)  # the name may have parameters
    folder = request.path.parent / "recordings" / request.path.stem / name
    options = request.config.option
    upstream = Upstream(options.mistral_upstream, folder, options.mistral_record)
    try:
        recorder = Simulator(upstream)
    except FileNotFoundError:
        pytest.fail(f"{folder} has no recording; run pytest --mistral-record=once", pytrace=False)
    with recorder as simulator:
        yield simulator
