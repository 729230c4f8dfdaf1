"""Fixtures of the tests of the command line."""

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Give each test folders of its own for configuration, conversations and history."""
    home = tmp_path / "home"
    for name in ("config", "data", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
    return home
