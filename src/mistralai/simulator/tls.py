"""Temporary certificates, for tests that use TLS."""

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server certificate and the authority that signed it, both made for this process.

    Attributes:
        context: The TLS context of the server.
        ca_pem: The authority's certificate, which clients must trust.
    """

    context: ssl.SSLContext
    ca_pem: bytes


def make_certificate(*names: str) -> Certificate:
    """Return a new certificate for these host names and addresses.

    Raises:
        RuntimeError: trustme is not installed.
    """
    try:
        import trustme
    except ModuleNotFoundError as error:
        message = "Simulator(tls=True) needs trustme; install the extra mistralai[simulator]"
        raise RuntimeError(message) from error
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)  # pyright: ignore[reportUnknownMemberType] - pyOpenSSL, in its type, is not installed
    return Certificate(context, authority.cert_pem.bytes())
