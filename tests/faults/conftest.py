"""What the tests of faults share."""

import pytest

from mistralai.client import clients
from support.colours import COLOURS, colour_of


@pytest.fixture(params=COLOURS)
def colour(request, guarded_loop):  # noqa: ARG001 - a fixture that acts by being there
    """The client in each of its three colours."""
    with colour_of(request.param) as colour:
        yield colour


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch):
    """Waits between attempts are lengthened by nothing."""
    monkeypatch.setattr("random.random", lambda: 0.0)


@pytest.fixture(autouse=True)
def _fresh_tls_context():
    """The TLS context is one for the process; here every test makes its own."""
    clients._tls_context.cache_clear()
    yield
    clients._tls_context.cache_clear()
