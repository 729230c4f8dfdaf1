"""Chat completions of a model on Azure."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from mistralai.client import chat
from mistralai.client.request import Request
from mistralai.client.types.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistralai.client.resource import Endpoint
    from mistralai.client.sdkconfiguration import SDKConfiguration
    from mistralai.client.steps import Plan

_PATH = "/models/chat/completions"
_MODEL = "azureai"  # what a deployment of one model takes for its name
_VERSION = "api-version"


class AzureRequest(Request):
    """A request that Azure's gateway lets in."""

    __slots__ = ()

    def _authorization(self) -> dict[str, str]:
        """The key once more where the gateway looks for that of a deployment.

        As `authorization` it takes a token of Entra ID, or the key of an older deployment.
        """
        headers = super()._authorization()
        if "authorization" in headers:
            headers["api-key"] = Secret(headers["authorization"].removeprefix("Bearer "))
        return headers


def version_of(server_url: str) -> str | None:
    """Return the version of Azure's API that an address names, or `None`."""
    return parse_qs(server_url.partition("?")[2]).get(_VERSION, [None])[0]


class Chat(chat.Chat):
    """Chat completions, as `mistralai.client.chat.Chat` has them; `model` may be left out."""

    def __init__(self, sdk_configuration: SDKConfiguration, *, api_version: str) -> None:
        super().__init__(sdk_configuration)
        self._api_version = api_version

    def _plan(
        self,
        endpoint: Endpoint[Any],
        method: str,
        params: Mapping[str, Any],
        *,
        stream: bool,
        asynchronous: bool,
        body: bool = True,
    ) -> Plan:
        # The address is asked at each call, which may name another.
        base = params.get("server_url") or self.sdk_configuration.get_server_details()[0]
        path = _PATH
        if isinstance(base, str) and version_of(base) is None:
            path = f"{_PATH}?{urlencode({_VERSION: self._api_version})}"
        plan = super()._plan(
            replace(endpoint, path=path),
            method,
            {"model": _MODEL, **params},
            stream=stream,
            asynchronous=asynchronous,
            body=body,
        )
        asked = {field.name: getattr(plan.request, field.name) for field in fields(plan.request)}
        return replace(plan, request=AzureRequest(**asked))
