"""The client for a model on Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistralai.client import Mistral
from mistralai.client._hints import resolve_hints

from .chat import AzureRequest, Chat, version_of, with_version

if TYPE_CHECKING:
    from collections.abc import Callable

_API_VERSION = "2024-05-01-preview"


class MistralAzure(Mistral):
    """A client for the chat API of a Mistral model deployed on Azure.

    It is `Mistral` with another address and authentication. The API key is sent as
    `api-key` and as `authorization`.

    Args:
        api_key: The deployment's key, or a callable that returns it.
        server: Always `None`: Azure has no named servers. It keeps the position that it has
            in `Mistral`.
        server_url: The endpoint, without `/models`.
        api_version: The version of Azure's API, sent unless `server_url` has `api-version`
            in its query. By default `"2024-05-01-preview"`.
        settings: Any other setting of `Mistral`.

    Raises:
        TypeError: An argument is unknown or of the wrong type.
        ValueError: The key or the address is missing, `server_url` has another version than
            `api_version`, or a value is invalid.

    Attributes:
        chat: Chat completions, the only resource on Azure.
    """

    if TYPE_CHECKING:
        chat: Chat

    def __init__(
        self,
        api_key: str | Callable[[], str | None],
        server: None = None,
        server_url: str | None = None,
        *,
        api_version: str = _API_VERSION,
        **settings: Any,
    ) -> None:
        # The environment's key and address are for Mistral's API and must not be sent to Azure.
        if not api_key:
            raise ValueError("MistralAzure needs api_key, the key of the deployment")
        if not server_url:
            raise ValueError("MistralAzure needs server_url, the address of the deployment")
        super().__init__(api_key, server, server_url=server_url, **settings)
        named = version_of(self.sdk_configuration.get_server_details()[0])
        if named is not None and api_version not in {named, _API_VERSION}:
            raise ValueError(
                f"api_version is {api_version!r}, but server_url has api-version={named!r} in its"
                " query; give one of them"
            )
        self._api_version = api_version
        self.chat = Chat(self.sdk_configuration, api_version=api_version)  # pyright: ignore[reportIncompatibleVariableOverride]  # `model` is optional

    def _raw_request(self) -> type[AzureRequest]:
        return AzureRequest

    def _raw_path(self, path: str) -> str:
        base = self.sdk_configuration.get_server_details()[0]
        return with_version(path, base, self._api_version)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Raise an error that names `chat`, the only resource of `Mistral` on Azure."""
            raise AttributeError(
                f"{type(self).__name__!r} has no attribute {name!r}: only `chat` exists on Azure",
                name=name,
                obj=self,
            )

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self)})


resolve_hints(__name__)
