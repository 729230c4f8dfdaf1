"""Fixtures of the tests of faults."""

import pytest

from mistralai.client._http import tls


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch):
    """Waits between attempts are lengthened by nothing."""
    monkeypatch.setattr("random.random", lambda: 0.0)


@pytest.fixture(autouse=True)
def _fresh_tls_context():
    """The TLS context is one for the process; here every test makes its own."""
    tls._tls_context.cache_clear()
    yield
    tls._tls_context.cache_clear()
