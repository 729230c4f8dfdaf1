"""Completions of agents that were set up before: `client.agents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._api.params import AgentsBody, AgentsParams
from ._api.resource import Endpoint, Resource
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._api.pending import PendingStream
    from ._stream.eventstreaming import EventStream, EventStreamAsync
    from .models import ChatCompletionResponse, CompletionEvent


def _answer() -> type[ChatCompletionResponse]:
    from .models import ChatCompletionResponse

    return ChatCompletionResponse


AGENTS = Endpoint("/v1/agents/completions", AgentsParams, _answer, AgentsBody)


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
        return self._stream(AGENTS, "stream", AgentsParams(**params))

    @described_by(AgentsParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[AgentsParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """Stream an answer, async: `async with`, `await` or `async for` sends the request."""
        take_headers(params)
        return self._stream_async(AGENTS, "stream_async", AgentsParams(**params))

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
