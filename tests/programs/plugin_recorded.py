"""Tests that are recorded and played back."""

import pytest
from asks_simulator import ask

from mistralai.simulator import Simulator


@pytest.mark.parametrize("text", ["a/b", "c"])
def test_it(mistral_recorder: Simulator, text: str) -> None:
    assert ask(mistral_recorder, text) == text
