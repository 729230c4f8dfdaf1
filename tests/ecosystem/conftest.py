"""Environments with packages of others, in which this project takes the place of `mistralai`."""

import sys
import tomllib

import pytest

from support.environments import PROJECT, environment_of, pip

NEEDED = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Build this project, once for all environments."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", folder, PROJECT)
    [wheel] = folder.iterdir()
    return wheel


@pytest.fixture
def environment(wheel):
    """Make an environment with packages and this project; gives its interpreter."""

    def make(name, packages):
        python = environment_of(name, packages)
        pip(python, "install", "--no-deps", "--force-reinstall", wheel)
        pip(python, "install", *NEEDED)
        return python

    return make
