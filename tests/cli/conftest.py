"""Fixtures of the tests of the command line."""

import pytest

from mistralai.simulator import Simulator


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Give each test folders of its own for configuration, conversations and history."""
    home = tmp_path / "home"
    for name in ("config", "data", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
    return home


@pytest.fixture
def sim():
    """Run a simulator that answers with the question."""
    with Simulator("echo") as sim:
        yield sim
