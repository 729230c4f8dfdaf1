"""Fixtures of the tests of the client."""

import pytest

from mistralai.client._http import tls
from mistralai.simulator import Simulator


@pytest.fixture
def fresh_tls_context():
    """Let a test make the TLS context, of which a process has one."""
    tls._tls_context.cache_clear()
    yield
    tls._tls_context.cache_clear()


@pytest.fixture
def sim():
    """A simulator of the default scenario, of the test's own."""
    with Simulator() as sim:
        yield sim
