"""Chat completions of a model on Azure."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from mistralai.client import chat
from mistralai.client.request import Request, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistralai.client.resource import Endpoint
    from mistralai.client.sdkconfiguration import SDKConfiguration
    from mistralai.client.steps import Plan

_PATH = "/models/chat/completions"
_MODEL = "azureai"  # what a deployment of one model takes for its name


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


class Chat(chat.Chat):
    """Chat completions, as `mistralai.client.chat.Chat` has them; `model` may be left out."""

    def __init__(self, sdk_configuration: SDKConfiguration, *, api_version: str) -> None:
        super().__init__(sdk_configuration)
        self._path = f"{_PATH}?{urlencode({'api-version': api_version})}"

    def _plan(
        self,
        endpoint: Endpoint[Any],
        method: str,
        params: Mapping[str, Any],
        *,
        stream: bool,
        asynchronous: bool,
    ) -> Plan:
        plan = super()._plan(
            replace(endpoint, path=self._path),
            method,
            {"model": _MODEL, **params},
            stream=stream,
            asynchronous=asynchronous,
        )
        asked = {field.name: getattr(plan.request, field.name) for field in fields(plan.request)}
        return replace(plan, request=AzureRequest(**asked))
