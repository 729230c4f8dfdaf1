"""Conversations that the API keeps: `client.beta.conversations`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._api.conversationendpoints import (
    APPEND,
    APPEND_STREAM,
    DELETE,
    GET,
    HISTORY,
    LIST,
    MESSAGES,
    RESTART,
    RESTART_STREAM,
    START,
    START_AGENT,
    START_AGENT_STREAM,
    START_STREAM,
)
from ._api.conversationparams import (
    AppendParams,
    AppendStreamParams,
    ConversationParams,
    ConversationsParams,
    RestartParams,
    RestartStreamParams,
    StartParams,
    StartStreamParams,
)
from ._api.paging import Pages, iterate, iterate_async, queried
from ._api.resource import Resource
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    import builtins
    from collections.abc import AsyncIterator, Iterator, Sequence

    from typing_extensions import Unpack

    from ._api.conversationstreams import ConversationStreams
    from ._api.pending import PendingStream
    from ._api.resource import Endpoint
    from ._stream.conversations import ConversationStream, ConversationStreamAsync
    from .models import (
        ConversationHistory,
        ConversationMessages,
        ConversationResponse,
        ResponseV1ConversationsGet,
    )


class Conversations(Resource):
    """Conversations with a model or an agent, whose history the API keeps.

    `start` needs `inputs`, and `model` or `agent_id`. `append` needs `conversation_id`, and
    `restart` needs `from_entry_id` as well. These three are not sent again once they were sent,
    but after status 429: the model would answer twice, and the conversation have both answers.

    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(StartParams)
    def start(self, **params: Unpack[StartParams]) -> ConversationResponse:
        """Begin a conversation and return the entries of the answer."""
        take_headers(params)
        return self._complete(_start_of(params), "start", StartParams(**params))

    @described_by(StartParams)
    async def start_async(self, **params: Unpack[StartParams]) -> ConversationResponse:
        """Begin a conversation and return the entries of the answer, async."""
        take_headers(params)
        return await self._complete_async(_start_of(params), "start_async", StartParams(**params))

    @described_by(StartStreamParams)
    def start_stream(self, **params: Unpack[StartStreamParams]) -> ConversationStream:
        """Begin a conversation and stream the answer.

        Sends the request and returns when the status is known, so that an error
        status raises here, and a fault of the stream raises while it is read.
        """
        take_headers(params)
        return self._stream(
            _start_stream_of(params), "start_stream", StartStreamParams(**params), _streams
        )

    @described_by(StartStreamParams, coroutine=True)
    def start_stream_async(
        self, **params: Unpack[StartStreamParams]
    ) -> PendingStream[ConversationStreamAsync]:
        """Begin a conversation and stream the answer, async.

        `async with`, `await` or `async for` sends the request.
        """
        take_headers(params)
        return self._stream_async(
            _start_stream_of(params), "start_stream_async", StartStreamParams(**params), _streams
        )

    @described_by(AppendParams)
    def append(self, **params: Unpack[AppendParams]) -> ConversationResponse:
        """Continue a conversation and return the entries of the answer."""
        take_headers(params)
        return self._complete(APPEND, "append", AppendParams(**params))

    @described_by(AppendParams)
    async def append_async(self, **params: Unpack[AppendParams]) -> ConversationResponse:
        """Continue a conversation and return the entries of the answer, async."""
        take_headers(params)
        return await self._complete_async(APPEND, "append_async", AppendParams(**params))

    @described_by(AppendStreamParams)
    def append_stream(self, **params: Unpack[AppendStreamParams]) -> ConversationStream:
        """Continue a conversation and stream the answer.

        Sends the request and returns when the status is known, so that an error
        status raises here, and a fault of the stream raises while it is read.
        """
        take_headers(params)
        return self._stream(APPEND_STREAM, "append_stream", AppendStreamParams(**params), _streams)

    @described_by(AppendStreamParams, coroutine=True)
    def append_stream_async(
        self, **params: Unpack[AppendStreamParams]
    ) -> PendingStream[ConversationStreamAsync]:
        """Continue a conversation and stream the answer, async.

        `async with`, `await` or `async for` sends the request.
        """
        take_headers(params)
        return self._stream_async(
            APPEND_STREAM, "append_stream_async", AppendStreamParams(**params), _streams
        )

    @described_by(RestartParams)
    def restart(self, **params: Unpack[RestartParams]) -> ConversationResponse:
        """Begin a conversation with the entries of another, up to one of them, and answer."""
        take_headers(params)
        return self._complete(RESTART, "restart", RestartParams(**params))

    @described_by(RestartParams)
    async def restart_async(self, **params: Unpack[RestartParams]) -> ConversationResponse:
        """Begin a conversation with entries of another, as `restart`, async."""
        take_headers(params)
        return await self._complete_async(RESTART, "restart_async", RestartParams(**params))

    @described_by(RestartStreamParams)
    def restart_stream(self, **params: Unpack[RestartStreamParams]) -> ConversationStream:
        """Begin a conversation with entries of another, as `restart`, and stream the answer.

        Sends the request and returns when the status is known, so that an error
        status raises here, and a fault of the stream raises while it is read.
        """
        take_headers(params)
        return self._stream(
            RESTART_STREAM, "restart_stream", RestartStreamParams(**params), _streams
        )

    @described_by(RestartStreamParams, coroutine=True)
    def restart_stream_async(
        self, **params: Unpack[RestartStreamParams]
    ) -> PendingStream[ConversationStreamAsync]:
        """Begin a conversation with entries of another and stream the answer, async.

        `async with`, `await` or `async for` sends the request.
        """
        take_headers(params)
        return self._stream_async(
            RESTART_STREAM, "restart_stream_async", RestartStreamParams(**params), _streams
        )

    @described_by(ConversationsParams)
    def list(
        self, **params: Unpack[ConversationsParams]
    ) -> builtins.list[ResponseV1ConversationsGet]:
        """Return one page of the conversations; `iterate` yields those of all pages."""
        take_headers(params)
        return self._complete(LIST, "list", queried(ConversationsParams(**params)))

    @described_by(ConversationsParams)
    async def list_async(
        self, **params: Unpack[ConversationsParams]
    ) -> builtins.list[ResponseV1ConversationsGet]:
        """Return one page of the conversations; `iterate_async` yields those of all pages."""
        take_headers(params)
        given = queried(ConversationsParams(**params))
        return await self._complete_async(LIST, "list_async", given)

    @described_by(ConversationsParams)
    def iterate(
        self, **params: Unpack[ConversationsParams]
    ) -> Iterator[ResponseV1ConversationsGet]:
        """Yield the conversations of all pages, from `page` on; each is requested when reached."""
        take_headers(params)
        pages = Pages(ConversationsParams, "iterate", ConversationsParams(**params), _page)
        return iterate(self.list, pages)

    @described_by(ConversationsParams)
    def iterate_async(
        self, **params: Unpack[ConversationsParams]
    ) -> AsyncIterator[ResponseV1ConversationsGet]:
        """Yield the conversations of all pages, as `iterate` does, for `async for`."""
        take_headers(params)
        pages = Pages(ConversationsParams, "iterate_async", ConversationsParams(**params), _page)
        return iterate_async(self.list_async, pages)

    @described_by(ConversationParams)
    def get(self, **params: Unpack[ConversationParams]) -> ResponseV1ConversationsGet:
        """Return what the API knows of a conversation, without its entries."""
        take_headers(params)
        return self._complete(GET, "get", ConversationParams(**params))

    @described_by(ConversationParams)
    async def get_async(self, **params: Unpack[ConversationParams]) -> ResponseV1ConversationsGet:
        """Return what the API knows of a conversation, without its entries, async."""
        take_headers(params)
        return await self._complete_async(GET, "get_async", ConversationParams(**params))

    @described_by(ConversationParams)
    def delete(self, **params: Unpack[ConversationParams]) -> None:
        """Delete a conversation."""
        take_headers(params)
        return self._complete(DELETE, "delete", ConversationParams(**params))

    @described_by(ConversationParams)
    async def delete_async(self, **params: Unpack[ConversationParams]) -> None:
        """Delete a conversation, async."""
        take_headers(params)
        return await self._complete_async(DELETE, "delete_async", ConversationParams(**params))

    @described_by(ConversationParams)
    def get_history(self, **params: Unpack[ConversationParams]) -> ConversationHistory:
        """Return all entries of a conversation."""
        take_headers(params)
        return self._complete(HISTORY, "get_history", ConversationParams(**params))

    @described_by(ConversationParams)
    async def get_history_async(self, **params: Unpack[ConversationParams]) -> ConversationHistory:
        """Return all entries of a conversation, async."""
        take_headers(params)
        return await self._complete_async(
            HISTORY, "get_history_async", ConversationParams(**params)
        )

    @described_by(ConversationParams)
    def get_messages(self, **params: Unpack[ConversationParams]) -> ConversationMessages:
        """Return the messages of a conversation."""
        take_headers(params)
        return self._complete(MESSAGES, "get_messages", ConversationParams(**params))

    @described_by(ConversationParams)
    async def get_messages_async(
        self, **params: Unpack[ConversationParams]
    ) -> ConversationMessages:
        """Return the messages of a conversation, async."""
        take_headers(params)
        return await self._complete_async(
            MESSAGES, "get_messages_async", ConversationParams(**params)
        )


def _streams() -> ConversationStreams:
    from ._api.conversationstreams import ANSWERS

    return ANSWERS


def _start_of(params: StartParams) -> Endpoint[ConversationResponse]:
    """Return the endpoint, as observers see it."""
    return START_AGENT if params.get("agent_id") else START


def _start_stream_of(params: StartStreamParams) -> Endpoint[ConversationResponse]:
    return START_AGENT_STREAM if params.get("agent_id") else START_STREAM


def _page(
    answer: Sequence[ResponseV1ConversationsGet],
) -> tuple[Sequence[ResponseV1ConversationsGet], int | None]:
    return answer, None
