"""Completions of agents that were set up before: `client.agents`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from ._api.params import AgentsBody, AgentsParams, AgentsToolsAsyncParams, AgentsToolsParams
from ._api.resource import Endpoint, Resource, completions
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Unpack

    from ..tools import ToolLike, ToolRun, ToolRunAsync
    from ._api.pending import PendingStream
    from ._stream.eventstreaming import EventStream, EventStreamAsync
    from .models import (
        ChatCompletionResponse,
        CompletionEvent,
        ResponseFormat,
        ResponseFormatTypedDict,
    )

P = TypeVar("P")


def _answer() -> type[ChatCompletionResponse]:
    from .models import ChatCompletionResponse

    return ChatCompletionResponse


AGENTS = Endpoint(
    "/v1/agents/completions", AgentsParams, _answer, AgentsBody, operation="invoke_agent"
)


class Agents(Resource):
    """Completions of agents.

    Every method takes the keywords of `AgentsParams`; `agent_id` and `messages` are required.
    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(AgentsParams)
    def stream(self, **params: Unpack[AgentsParams]) -> EventStream[CompletionEvent]:
        """Stream an answer: enter it with `with`, or iterate; each event has one chunk.

        Sends the request and returns when the status is known, so that an error
        status raises here, and a fault of the stream raises while it is read.
        """
        take_headers(params)
        return self._stream(AGENTS, "stream", AgentsParams(**params), completions)

    @described_by(AgentsParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[AgentsParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """Stream an answer, async: `async with`, `await` or `async for` sends the request."""
        take_headers(params)
        return self._stream_async(AGENTS, "stream_async", AgentsParams(**params), completions)

    @described_by(AgentsParams)
    def complete(self, **params: Unpack[AgentsParams]) -> ChatCompletionResponse:
        """Return a whole answer."""
        take_headers(params)
        return self._complete(AGENTS, "complete", AgentsParams(**params))

    @described_by(AgentsParams)
    async def complete_async(self, **params: Unpack[AgentsParams]) -> ChatCompletionResponse:
        """Return a whole answer, async."""
        take_headers(params)
        return await self._complete_async(AGENTS, "complete_async", AgentsParams(**params))

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: type[P],
        **params: Unpack[AgentsToolsParams],
    ) -> ToolRun[P]: ...

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: ResponseFormat | ResponseFormatTypedDict | None = None,
        **params: Unpack[AgentsToolsParams],
    ) -> ToolRun[None]: ...

    @described_by(AgentsToolsParams)
    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: Any = None,
        **params: Unpack[AgentsToolsParams],
    ) -> ToolRun[Any]:
        """Answer with the help of tools: run what the model calls, until it answers.

        Nothing is sent before the run is read. docs/tools.md is the guide.

        Args:
            tools: Functions, which are run, and tools of the API, which end the run when they are
                called.
            response_format: The form of the answer: as in `stream`, or a type as in `parse`, for
                `run.get_final_parsed()`.
            params: The keywords of `stream`, and those of the run.

        Raises:
            TypeError: A keyword is unknown or missing, or a function cannot be a tool.
            ValueError: A value is wrong, such as an `n` above 1.
        """
        from ._api.toolruns import run_tools

        take_headers(params)
        given = {"tools": tools, "response_format": response_format, **params}
        return run_tools(self.sdk_configuration, self.stream, given, AgentsToolsParams)

    @overload
    def run_tools_async(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: type[P],
        **params: Unpack[AgentsToolsAsyncParams],
    ) -> PendingStream[ToolRunAsync[P]]: ...

    @overload
    def run_tools_async(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: ResponseFormat | ResponseFormatTypedDict | None = None,
        **params: Unpack[AgentsToolsAsyncParams],
    ) -> PendingStream[ToolRunAsync[None]]: ...

    @described_by(AgentsToolsAsyncParams, coroutine=True)
    def run_tools_async(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: Any = None,
        **params: Unpack[AgentsToolsAsyncParams],
    ) -> PendingStream[ToolRunAsync[Any]]:
        """Answer with the help of tools, as `run_tools`, async; use it as `stream_async`."""
        from ._api.toolruns import run_tools_async

        take_headers(params)
        given = {"tools": tools, "response_format": response_format, **params}
        return run_tools_async(
            self.sdk_configuration, self.stream_async, given, AgentsToolsAsyncParams
        )
