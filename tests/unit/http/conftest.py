"""What the tests of connections share."""

import ssl
from collections.abc import Iterator

import pytest

from mistralai.client._http import tls
from mistralai.simulator.tls import Certificate, make_certificate
from support.kinds import KINDS, Kind, kind_of
from support.peers import Listener


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, guarded_loop: None) -> Iterator[Kind]:  # noqa: ARG001 - it acts by being there
    """Each kind of connections."""
    with kind_of(request.param) as kind:
        yield kind


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    return make_certificate("127.0.0.1", "::1", "localhost", "name.example")


@pytest.fixture(scope="session")
def trusting(certificate: Certificate) -> ssl.SSLContext:
    """What a client uses that trusts the certificate."""
    return ssl.create_default_context(cadata=certificate.ca_pem.decode())


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def secure(certificate: Certificate) -> Iterator[Listener]:
    """A listener that speaks TLS."""
    with Listener(tls=certificate.context) as listener:
        yield listener


@pytest.fixture
def fresh_tls_context() -> Iterator[None]:
    """Let a test make the TLS context, of which a process has one."""
    tls._tls_context.cache_clear()
    yield
    tls._tls_context.cache_clear()
