"""Faults on the way to a connection: no name, no server, no certificate, no time, no place."""

import socket
import ssl

import httpx2
import pytest

from mistralai.client import errors
from mistralai.client._call.timeouts import Timeouts
from mistralai.simulator import Answer, Simulator
from support.fault_table import SOON
from support.faults import STREAM, callers_own, once_more, quickly, read
from support.peers import no_names
from support.serving import ASK


@pytest.fixture
def mute():
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def nobody():
    """The address of a server that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def _no_names(monkeypatch):
    no_names(monkeypatch)


def test_a_server_that_is_not_there_is_asked_again_and_then_named(colour, nobody):
    outcome = read(colour, f"http://{nobody}", call={"retries": once_more()})
    assert outcome.sent == 2
    assert isinstance(outcome.error, errors.APIConnectionError)
    assert isinstance(outcome.error, httpx2.ConnectError)
    said = f"could not connect to {nobody} (is the server running?): "
    assert str(outcome.error).startswith(said)
    assert outcome.error.status_code is None


@pytest.mark.usefixtures("_no_names")
def test_a_name_that_is_unknown_is_asked_again_and_then_named(colour):
    outcome = read(colour, "https://mistral.invalid", call={"retries": once_more()})
    assert outcome.sent == 2
    assert isinstance(outcome.error, errors.APIConnectionError)
    assert isinstance(outcome.error, httpx2.ConnectError)
    assert str(outcome.error).startswith("could not connect to mistral.invalid: ")
    assert "not known" in str(outcome.error)


def test_a_handshake_that_never_ends_is_asked_again_and_is_a_matter_of_connecting(colour, mute):
    outcome = read(
        colour,
        f"https://{mute}",
        call={"retries": once_more(), "timeouts": Timeouts(connect=SOON)},
    )
    assert outcome.sent == 2
    assert isinstance(outcome.error, errors.APITimeoutError)
    assert isinstance(outcome.error, httpx2.ConnectTimeout)
    assert outcome.error.phase == "connect"
    assert f"within {SOON} s (timeouts.connect)" in str(outcome.error)
    assert 2 * SOON * 0.99 < outcome.error.elapsed < 10


def test_the_total_ends_connecting_too(colour, mute):
    limits = Timeouts(connect=30, total=SOON)
    outcome = read(colour, f"https://{mute}", call={"timeouts": limits})
    assert (outcome.sent, outcome.error.phase) == (1, "total")


def test_a_place_in_the_pool_is_a_matter_of_connecting(colour):
    one = httpx2.Limits(max_connections=1)
    silent = Answer(body=STREAM[:2], ending="hang")
    with callers_own(colour, limits=one) as own, Simulator(silent) as sim:
        client = colour.client(server_url=sim.url, **own)
        first = colour.open(client, **ASK)
        with pytest.raises(errors.APITimeoutError) as caught:
            colour.open(client, **ASK, timeouts=Timeouts(connect=SOON), retries=None)
        assert isinstance(caught.value, httpx2.PoolTimeout)
        assert (caught.value.phase, len(sim.requests)) == ("connect", 1)
        colour.close(first)
        colour.close(colour.open(client, **ASK))
        sim.wait_for_connections()


def check_certificate(outcome, sim):
    assert (outcome.sent, sim.requests) == (1, [])
    assert isinstance(outcome.error, errors.APIConnectionError)
    assert isinstance(outcome.error, httpx2.ConnectError)
    assert f"the certificate of 127.0.0.1:{sim.port} could not be verified: " in str(outcome.error)
    assert "set SSL_CERT_FILE to the certificate of that CA" in str(outcome.error)


def test_a_certificate_that_does_not_verify_is_asked_once_and_named(colour):
    with Simulator(tls=True) as sim:
        check_certificate(read(colour, sim.url, call={"retries": quickly()}), sim)


def test_a_certificate_that_does_not_verify_is_named_with_the_callers_client_too(colour):
    with (
        callers_own(colour, verify=ssl.create_default_context()) as own,
        Simulator(tls=True) as sim,
    ):
        check_certificate(read(colour, sim.url, call={"retries": quickly()}, **own), sim)
