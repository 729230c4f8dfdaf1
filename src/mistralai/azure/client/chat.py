"""Chat completions with a model on Azure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qs, urlencode

from mistralai.client import chat
from mistralai.client._api.params import AzureChatParams, AzureParseParams
from mistralai.client._api.signatures import described_by
from mistralai.client._call.request import Request, take_headers
from mistralai.client._hints import resolve_hints
from mistralai.client.types.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from mistralai.client._api.params import ChatParams, ParseParams
    from mistralai.client._api.pending import PendingStream
    from mistralai.client._api.resource import Endpoint
    from mistralai.client._call.steps import CallSpec
    from mistralai.client._stream.parsed import ParsedEventStream, ParsedEventStreamAsync
    from mistralai.client.models import ChatCompletionResponse, CompletionEvent
    from mistralai.client.sdkconfiguration import SDKConfiguration
    from mistralai.client.utils.eventstreaming import EventStream, EventStreamAsync
    from mistralai.extra.struct_chat import ParsedChatCompletionResponse

P = TypeVar("P")

_PATH = "/models/chat/completions"
_MODEL = "azureai"  # accepted by a deployment of a single model
_VERSION = "api-version"


class AzureRequest(Request):
    """A request that is authorized for Azure's gateway."""

    __slots__ = ()

    def _authorization(self) -> dict[str, str]:
        """Add the key as `api-key`, where the gateway expects the key of a deployment.

        In `authorization` it accepts a token of Entra ID, or the key of an older deployment.
        """
        headers = super()._authorization()
        if "authorization" in headers:
            headers["api-key"] = Secret(headers["authorization"].removeprefix("Bearer "))
        return headers


def version_of(server_url: str) -> str | None:
    """Return the version of Azure's API in an address's query, or `None`."""
    return parse_qs(server_url.partition("?")[2]).get(_VERSION, [None])[0]


def with_version(path: str, server_url: object, version: str) -> str:
    """Return a path with a version of Azure's API, unless it or the server's address has one."""
    if not isinstance(server_url, str) or not isinstance(path, str):
        return path
    if version_of(server_url) is not None or version_of(path) is not None:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({_VERSION: version})}"


class Chat(chat.Chat):
    """Chat completions as in `mistralai.client.chat.Chat`, with an optional `model`.

    An endpoint that serves a single model does not need its name.
    """

    def __init__(self, sdk_configuration: SDKConfiguration, *, api_version: str) -> None:
        super().__init__(sdk_configuration)
        self._api_version = api_version

    def _spec(
        self,
        endpoint: Endpoint[Any],
        method: str,
        params: Mapping[str, Any],
        *,
        stream: bool,
        asynchronous: bool,
        body: bool = True,
    ) -> CallSpec:
        # Read at each call, which may have an address of its own.
        base = params.get("server_url") or self.sdk_configuration.get_server_details()[0]
        path = with_version(_PATH, base, self._api_version)
        return super()._spec(
            replace(endpoint, path=path, request=AzureRequest),
            method,
            params,
            stream=stream,
            asynchronous=asynchronous,
            body=body,
        )

    @described_by(AzureChatParams)
    def stream(self, **params: Unpack[AzureChatParams]) -> EventStream[CompletionEvent]:
        """Stream an answer, as `mistralai.client.chat.Chat.stream` does."""
        take_headers(params)
        return super().stream(**_chat(AzureChatParams(**params)))

    @described_by(AzureChatParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[AzureChatParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """Stream an answer asynchronously; nothing is sent until it is awaited or entered."""
        take_headers(params)
        return super().stream_async(**_chat(AzureChatParams(**params)))

    @described_by(AzureChatParams)
    def complete(self, **params: Unpack[AzureChatParams]) -> ChatCompletionResponse:
        """Return a complete answer."""
        take_headers(params)
        return super().complete(**_chat(AzureChatParams(**params)))

    @described_by(AzureChatParams)
    async def complete_async(self, **params: Unpack[AzureChatParams]) -> ChatCompletionResponse:
        """Return a complete answer, asynchronously."""
        take_headers(params)
        return await super().complete_async(**_chat(AzureChatParams(**params)))

    @described_by(AzureParseParams)
    def parse(
        self, response_format: type[P], **params: Unpack[AzureParseParams]
    ) -> ParsedChatCompletionResponse[P]:
        """Return a parsed answer, as `mistralai.client.chat.Chat.parse` does."""
        take_headers(params)
        return super().parse(response_format, **_parse(AzureParseParams(**params)))

    @described_by(AzureParseParams)
    async def parse_async(
        self, response_format: type[P], **params: Unpack[AzureParseParams]
    ) -> ParsedChatCompletionResponse[P]:
        """Return a parsed answer, asynchronously."""
        take_headers(params)
        return await super().parse_async(response_format, **_parse(AzureParseParams(**params)))

    @described_by(AzureParseParams)
    def parse_stream(
        self, response_format: type[P], **params: Unpack[AzureParseParams]
    ) -> ParsedEventStream[P]:
        """Stream a parsed answer, as `mistralai.client.chat.Chat.parse_stream` does."""
        take_headers(params)
        return super().parse_stream(response_format, **_parse(AzureParseParams(**params)))

    @described_by(AzureParseParams, coroutine=True)
    def parse_stream_async(
        self, response_format: type[P], **params: Unpack[AzureParseParams]
    ) -> PendingStream[ParsedEventStreamAsync[P]]:
        """Stream a parsed answer asynchronously; nothing is sent until it is awaited or entered."""
        take_headers(params)
        return super().parse_stream_async(response_format, **_parse(AzureParseParams(**params)))


def _chat(params: AzureChatParams) -> ChatParams:
    return cast("ChatParams", {**params, "model": params.get("model") or _MODEL})


def _parse(params: AzureParseParams) -> ParseParams:
    return cast("ParseParams", {**params, "model": params.get("model") or _MODEL})


resolve_hints(__name__)
