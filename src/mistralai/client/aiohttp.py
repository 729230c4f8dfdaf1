"""An httpx2 client whose HTTP is aiohttp's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2

from .clients import LIMITS, proxies
from .hints import resolve_hints

if TYPE_CHECKING:
    import ssl


class DefaultAioHttpClient(httpx2.AsyncClient):
    """An `httpx2.AsyncClient` on aiohttp, for `Mistral(async_client=DefaultAioHttpClient())`.

    It takes the extra `aiohttp`. It runs on asyncio and uvloop, in one loop after the other:
    each has a session of its own, which is closed when the loop ends.

    aiohttp knows neither HTTP/2 nor SOCKS, and keeps idle connections without regard to their
    number, for `limits.keepalive_expiry`. The read timeout of a request is one limit of its
    whole head.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | bool = True,
        proxy: str | httpx2.URL | httpx2.Proxy | None = None,
        trust_env: bool = True,
        limits: httpx2.Limits = LIMITS,
        **settings: Any,
    ) -> None:
        """Set a client up. It opens nothing before its first request.

        Args:
            verify: Which certificates count. By default those that the system trusts, and
                SSL_CERT_FILE and SSL_CERT_DIR; `False` takes any.
            proxy: A proxy for every request.
            trust_env: Whether the proxies of the environment serve, where `proxy` is not given.
            limits: Of the connections. By default at most 1000, idle ones for 60 s.
            settings: What else `httpx2.AsyncClient` takes, such as `headers`, `timeout`,
                `event_hooks` and `mounts`.

        Raises:
            ImportError: aiohttp is not installed.
            ValueError: A proxy is neither an HTTP nor an HTTPS one.
        """
        try:
            from .aiohttp_transport import AioHttpTransport
        except ModuleNotFoundError as error:
            raise ImportError(
                "DefaultAioHttpClient needs aiohttp: pip install 'mistralai[aiohttp]'"
            ) from error

        def transport(proxy: str | httpx2.URL | httpx2.Proxy | None) -> AioHttpTransport:
            return AioHttpTransport(verify=verify, proxy=proxy, limits=limits)

        named = proxies() if trust_env and proxy is None else {}
        mounts = {pattern: transport(name) if name else None for pattern, name in named.items()}
        mounts |= settings.pop("mounts", None) or {}
        super().__init__(transport=transport(proxy), mounts=mounts, trust_env=trust_env, **settings)


resolve_hints(__name__)
