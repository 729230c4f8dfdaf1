"""Tests whose marker chooses the scenario."""

import pytest
from asks_simulator import ask

from mistralai.simulator import Simulator


def test_default(mistral_simulator: Simulator) -> None:
    assert ask(mistral_simulator) == "Hello"
    assert mistral_simulator.requests[0].json["messages"][0]["content"] == "Hello"


@pytest.mark.mistral("poem", api_key="right", seed=5)
def test_marked(mistral_simulator: Simulator) -> None:
    assert ask(mistral_simulator, key="right").startswith("A cursor")


@pytest.mark.mistral("echo")
class TestClass:
    def test_class(self, mistral_simulator: Simulator) -> None:
        assert ask(mistral_simulator, "x") == "x"
