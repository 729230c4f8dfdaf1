"""The TLS context of the process."""

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from mistralai.client._http.tls import tls_context
from support.peers import Listener

pytestmark = pytest.mark.usefixtures("fresh_tls_context")


def handshake(listener: Listener, name: str) -> str | None:
    """Shake hands as a client does; the version that was agreed on."""
    with ThreadPoolExecutor(1) as threads, listener.dial() as sock:
        accepting = threads.submit(listener.accept)
        try:
            with tls_context().wrap_socket(sock, server_hostname=name) as secure:
                return secure.version()
        finally:
            accepting.exception(10)


def test_it_trusts_the_file_of_the_environment_for_the_names_of_its_certificates(
    certificate, secure, monkeypatch, tmp_path
):
    file = tmp_path / "ca.pem"
    file.write_bytes(certificate.ca_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert handshake(secure, "name.example") == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError, match=r"other\.example"):
        handshake(secure, "other.example")


def test_it_trusts_nobody_whom_the_system_does_not_know(secure):
    assert tls_context().verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(secure, "name.example")


def test_a_file_that_cannot_be_read_is_named_and_the_next_who_needs_it_tries_again(
    monkeypatch, tmp_path
):
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    for file, says in ((tmp_path / "none.pem", "No such file"), (bad, "no certificate")):
        with monkeypatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(file))
            for _ in range(2):
                with pytest.raises(OSError, match=f"SSL_CERT_FILE: .*{says}.*: '.*{file.name}'"):
                    tls_context()
    assert tls_context() is tls_context()


def test_what_fails_for_another_reason_is_raised_as_it_is(monkeypatch):
    def fail() -> None:
        raise PermissionError

    monkeypatch.setattr(httpx2, "create_ssl_context", fail)
    with pytest.raises(PermissionError):
        tls_context()


def test_threads_that_need_it_at_once_share_it(monkeypatch):
    made = []
    create = httpx2.create_ssl_context
    monkeypatch.setattr(httpx2, "create_ssl_context", lambda: made.append(create()) or made[-1])
    together = threading.Barrier(8, timeout=10)

    def use(_: int) -> ssl.SSLContext:
        together.wait()
        return tls_context()

    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(use, range(8))] == made * 8
