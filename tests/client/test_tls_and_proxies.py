"""HTTPS, private CAs and the proxies that the environment names."""

import shutil
import subprocess

import httpx2
import pytest

from mistralai.client import errors
from mistralai.simulator import Simulator
from support.logs import Lines
from support.proxy import connect_proxy
from support.serving import ASK

pytestmark = pytest.mark.usefixtures("fresh_tls_context")


@pytest.fixture
def secure(monkeypatch):
    """A simulator behind TLS, whose CA the environment names."""
    with Simulator(tls=True) as sim:
        monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
        yield sim


@pytest.fixture
def made(monkeypatch):
    """The TLS contexts that were made and verify something."""
    made = []
    create = httpx2.create_ssl_context

    def spy(*args, **kwargs):
        made.append(create(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(httpx2, "create_ssl_context", spy)
    return made


@pytest.fixture
def proxy():
    with connect_proxy() as proxy:
        yield proxy


def test_a_private_ca_is_trusted_by_its_file(colour, secure):
    client = colour.client(server_url=secure.url)
    assert colour.complete(client, **ASK).choices[0].message.content == "Hello there"


@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="names the file as OpenSSL looks for it"
)
def test_a_private_ca_is_trusted_by_its_directory(colour, tmp_path, monkeypatch):
    with Simulator(tls=True) as sim:
        command = ["openssl", "x509", "-subject_hash", "-noout", "-in", sim.ca_file]
        name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        (tmp_path / f"{name}.0").write_bytes(sim.ca_pem)
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        client = colour.client(server_url=sim.url)
        assert colour.complete(client, **ASK).choices[0].message.content == "Hello there"


def test_a_certificate_that_does_not_verify_is_not_tried_again_and_says_what_to_set(colour):
    lines = Lines()
    with Simulator(tls=True) as sim:
        client = colour.client(server_url=sim.url, debug_logger=lines)
        with pytest.raises(errors.APIConnectionError, match="SSL_CERT_FILE") as caught:
            colour.open(client, **ASK)
    assert not any("again" in line for line in lines)
    assert isinstance(caught.value, httpx2.ConnectError)
    assert "certificate verify failed" in str(caught.value)


def test_the_tls_context_is_made_once_at_the_first_request_over_https(colour, secure, sim, made):
    plain, first, second = (
        colour.client(server_url=url) for url in (sim.url, secure.url, secure.url)
    )
    colour.complete(plain, **ASK)
    assert made == []
    for client in (first, second, first):
        colour.complete(client, **ASK)
    assert len(made) == 1


def test_https_goes_through_the_proxy_of_the_environment(colour, secure, proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    client = colour.client(server_url=secure.url)
    for _ in range(2):
        colour.collect(colour.open(client, **ASK))
    assert proxy.targets == [f"127.0.0.1:{secure.port}"]
    assert [request.connection for request in secure.requests] == [1, 1]


def test_no_proxy_exempts_hosts(colour, secure, proxy, monkeypatch, subtests):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    for requests, exempt in enumerate(["127.0.0.1", "example.org, 127.0.0.1", "*"], 1):
        with subtests.test(exempt):
            monkeypatch.setenv("NO_PROXY", exempt)
            colour.complete(colour.client(server_url=secure.url), **ASK)
            assert (proxy.targets, len(secure.requests)) == ([], requests)


def test_plain_http_goes_through_its_proxy_without_a_tls_context(colour, sim, made, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", sim.url)
    client = colour.client(api_key=None, server_url="http://mistral.example")
    with pytest.raises(errors.AuthenticationError):  # the simulator's, who misses the key
        colour.complete(client, **ASK)
    assert sim.requests[0].target == "http://mistral.example/v1/chat/completions"
    assert made == []


def test_a_proxy_that_is_not_there_is_a_connection_error(colour, secure, monkeypatch):
    with connect_proxy() as gone:
        monkeypatch.setenv("HTTPS_PROXY", gone.url)
    client = colour.client(server_url=secure.url, retry_config=None)
    with pytest.raises(errors.APIConnectionError):
        colour.complete(client, **ASK)
    assert secure.requests == []
