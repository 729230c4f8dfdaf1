"""Completions of an agent that was set up before: `client.agents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .params import AgentsBody, AgentsParams
from .resource import Endpoint, Resource
from .signatures import described_by

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .models import ChatCompletionResponse, CompletionEvent
    from .pending import PendingStream
    from .utils.eventstreaming import EventStream, EventStreamAsync


def _answer() -> type[ChatCompletionResponse]:
    from .models import ChatCompletionResponse

    return ChatCompletionResponse


AGENTS = Endpoint("/v1/agents/completions", AgentsParams, _answer, AgentsBody)


class Agents(Resource):
    """Completions of agents.

    Every method takes the keywords of `AgentsParams`, `agent_id` and `messages` at
    least. Wrong ones raise `TypeError` or `ValueError` before anything is sent;
    whatever goes wrong after that is a `MistralClientError`.
    """

    @described_by(AgentsParams)
    def stream(self, **params: Unpack[AgentsParams]) -> EventStream[CompletionEvent]:
        """Stream an answer: enter it with `with`, or iterate; each event holds one chunk.

        Sends the request and returns when the status is known, so that an error
        status is raised here and a fault of the stream while it is read.
        """
        return self._stream(AGENTS, "stream", params)

    @described_by(AgentsParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[AgentsParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """The same, async: `async with`, `await` or `async for`; nothing is sent before that."""
        return self._stream_async(AGENTS, "stream_async", params)

    @described_by(AgentsParams)
    def complete(self, **params: Unpack[AgentsParams]) -> ChatCompletionResponse:
        """Ask for a whole answer."""
        return self._complete(AGENTS, "complete", params)

    @described_by(AgentsParams)
    async def complete_async(self, **params: Unpack[AgentsParams]) -> ChatCompletionResponse:
        """The same, async."""
        return await self._complete_async(AGENTS, "complete_async", params)
