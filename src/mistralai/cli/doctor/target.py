"""The server that the doctor checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from ...client._http.proxies import Proxy, proxies

if TYPE_CHECKING:
    from ...client import Mistral

_PORTS: Final = {"http": 80, "https": 443}

_NO_KEY: Final = {"authorization": "Bearer none"}
"""In the place of the key, which may be missing and is not needed to connect."""


@dataclass
class Target:
    """The server to check, and the checks that have failed.

    Attributes:
        client: The client, configured as for every command.
        url: The server's address.
        model: The model that is asked for a token.
        own_server: True if the server is not Mistral's, and may not need a key.
        simulated: True if the server is the embedded simulator.
        printed_key: The key that `api_key_command` printed, or an empty string.
        failed: The names of the checks that failed or were skipped.
    """

    client: Mistral
    url: str
    model: str
    own_server: bool
    simulated: bool
    printed_key: str = ""
    failed: set[str] = field(default_factory=set[str])

    @property
    def scheme(self) -> str:
        """The scheme of the server's address."""
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        """The server's host name."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The server's port."""
        return urlsplit(self.url).port or _PORTS.get(self.scheme, 443)

    @cached_property
    def proxy(self) -> Proxy | None:
        """The proxy for requests to the server, from the environment."""
        named = proxies()
        proxy = named.get(f"{self.scheme}://") or named.get("all://")
        return None if proxy is None or proxy_bypass(self.host) else proxy

    @cached_property
    def connection_error(self) -> Exception | None:
        """The error of a request by the client, if it got no answer. It is sent when first read."""
        from ...client.errors import MistralClientError, MistralError

        try:
            self.client.models.list(retries=None, http_headers=_NO_KEY)
        except MistralError:
            return None  # whatever it says, the server answered
        except MistralClientError as error:
            return error
        return None
