"""What the tests of a client's life share."""

import pytest

from support.life import Program
from support.programs import STRICT


@pytest.fixture
def start():
    """Start programs of `tests/programs`, which do not outlive the test."""
    started = []

    def start(name, *args, flags=STRICT):
        started.append(Program(name, *args, flags=flags))
        return started[-1]

    yield start
    for program in started:
        program.kill()
