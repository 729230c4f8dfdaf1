"""The settings of a client that is made on another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from ...client import Mistral
from ...client.types.secret import Secret
from ..errors import BulkError

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY: Final = "api_key"
_STAYS: Final = {
    "client": "an HTTP client",
    "async_client": "an HTTP client",
    "record": "a recording",
    "debug_logger": "a logger",
}
"""Settings that cannot leave the process, with what they are."""


class ClientSettings:
    """Keywords of `Mistral`, which can be pickled. The key is hidden in every repr.

    Args:
        settings: The keywords. Without `api_key` a client takes the environment variable
            MISTRAL_API_KEY of the machine that it is made on.

    Raises:
        BulkError: A setting cannot leave this process.
        TypeError: A setting is not one of `Mistral`.
    """

    __slots__ = ("_settings",)

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = {name: value for name, value in settings.items() if value is not None}
        for name, what in _STAYS.items():
            if name in self._settings:
                raise BulkError(
                    f"the client has {what} ({name}), which cannot be sent to workers on Ray; make"
                    " it without"
                )
        key = self._settings.get(_KEY)
        if callable(key):
            raise BulkError(
                "the client's api_key is a callable, which cannot be sent to workers on Ray; give"
                " the key itself, or pass settings= without it and set MISTRAL_API_KEY on the nodes"
            )
        telemetry = self._settings.get("telemetry")
        if not isinstance(telemetry, bool | None):
            raise BulkError(
                f"the client has telemetry={telemetry!r}, which cannot be sent to workers on Ray;"
                " give True, for the providers of each node"
            )
        if isinstance(key, str):
            self._settings[_KEY] = Secret(key)
        self.client()  # raises here what would raise on each worker

    @classmethod
    def of(cls, client: Mistral) -> Self:
        """Return the settings of a client.

        Raises:
            BulkError: It has a setting that cannot leave this process.
        """
        if type(client) is not Mistral:
            raise BulkError(
                f"workers on Ray make a client each, which has to be a Mistral, not a"
                f" {type(client).__name__}; pass settings= with the keywords of a Mistral"
            )
        config = client.sdk_configuration
        key = config.key
        return cls(
            {
                _KEY: _callable if key.is_asked else key.reveal(),
                "server": None if config.server_url else config.server,
                "server_url": config.server_url,
                "timeout_ms": config.timeout_ms,
                "timeouts": config.timeouts,
                "max_event_size": config.max_event_size,
                "max_connections": config.max_connections,
                "max_response_size": config.max_response_size,
                "strict_end": config.strict_end,
                "client": config.client_supplied or None,
                "async_client": config.async_client_supplied or None,
                "record": config.recorder,
                "debug_logger": config.debug_logger,
            }
        )

    def client(self) -> Mistral:
        """Make a client."""
        return Mistral(**self._settings)

    def __repr__(self) -> str:
        return f"ClientSettings({', '.join(self._settings)})"


def _callable() -> None:
    """Stand in for a key that is a callable."""
