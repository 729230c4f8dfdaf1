"""Tests whose marker chooses the scenario."""

from urllib.error import HTTPError

import pytest
from asks_simulator import ask

from mistralai.simulator import Simulator


def test_default(mistral_simulator: Simulator) -> None:
    assert ask(mistral_simulator) == "Hello"
    assert mistral_simulator.requests[0].json["messages"][0]["content"] == "Hello"


@pytest.mark.mistral("poem", api_key="right", seed=5)
def test_marked(mistral_simulator: Simulator) -> None:
    assert ask(mistral_simulator, key="right").startswith("A cursor")


@pytest.mark.mistral("poem", faults=["status-503"])
def test_marked_with_a_fault(mistral_simulator: Simulator) -> None:
    with pytest.raises(HTTPError, match="503"):
        ask(mistral_simulator)


@pytest.mark.mistral("echo")
class TestClass:
    def test_class(self, mistral_simulator: Simulator) -> None:
        assert ask(mistral_simulator, "x") == "x"
