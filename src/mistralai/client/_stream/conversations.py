"""Streams of conversations: their answer, and its views; `base.py` has the rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .._answer.conversation import ConversationAnswer
from .._hints import resolve_hints
from ..models.conversationevents import ConversationEvents
from ..models.conversations import FunctionCallEntry, ToolExecutionEntry
from .base import AsyncStream, D, StreamState, SyncStream
from .drivers import AsyncDriver, SyncDriver

if TYPE_CHECKING:
    from .._answer.conversationdeltas import ConversationDelta
    from ..models import ConversationResponse, ConversationUsageInfo
    from .views import AsyncView, View


class Conversation(StreamState[ConversationEvents, ConversationAnswer, D]):
    """The answer of a stream of a conversation, sync or async."""

    @property
    def snapshot(self) -> ConversationResponse:
        """The answer so far, with every output. Built when it is read."""
        return self._answer.snapshot().attach_response(self.headers, self.request_id)

    @property
    def conversation_id(self) -> str | None:
        """The id with which to continue the conversation; `None` until the first event."""
        return self._answer.conversation_id

    @property
    def usage(self) -> ConversationUsageInfo | None:
        """The tokens used; `None` until the last event."""
        return self._answer.usage

    @property
    def tool_calls(self) -> list[FunctionCallEntry]:
        """The calls of your functions, to run and to append as `function.result` entries.

        Empty until the answer has ended: a cut call looks like a whole one.
        """
        if not self._answer.complete:
            return []
        return [each for each in self.snapshot.outputs if isinstance(each, FunctionCallEntry)]

    @property
    def tool_executions(self) -> list[ToolExecutionEntry]:
        """The tools that the API has run so far, or runs; `completed_at` tells which."""
        return [each for each in self.snapshot.outputs if isinstance(each, ToolExecutionEntry)]

    @property
    def _partial(self) -> ConversationResponse:
        return self.snapshot


class ConversationStream(
    Conversation[SyncDriver], SyncStream[ConversationEvents, ConversationAnswer]
):
    """Events of a conversation as they arrive: iterate, best inside `with`.

    Iteration raises a `MistralClientError` when the stream fails, after it has yielded every
    event that arrived; asked again it raises the same.
    """

    @property
    def text_stream(self) -> View[str]:
        """The text of the messages in pieces, as they arrive; thinking is left out."""
        from .._answer.conversationpieces import text_of_event
        from .views import TextReading, View

        return View(self, TextReading(self._unread, text_of_event))

    @property
    def deltas(self) -> View[ConversationDelta]:
        """Everything that arrives, in typed pieces for `match` (`mistralai.client.deltas`)."""
        from .._answer.conversationpieces import deltas_of_event
        from .views import DeltaReading, View

        reading = DeltaReading(self._unread, partial(deltas_of_event, answer=self._answer))
        return View(self, reading)

    def get_final_response(self) -> ConversationResponse:
        """Read the stream to its end and return the whole answer. Raises as `until_done` does."""
        return self.until_done().snapshot

    def get_final_text(self) -> str:
        """Read the stream to its end and return the text. Raises as `until_done` does."""
        self.until_done()
        return self._answer.text


class ConversationStreamAsync(
    Conversation[AsyncDriver], AsyncStream[ConversationEvents, ConversationAnswer]
):
    """`ConversationStream` for asyncio and trio: `async for`, best inside `async with`."""

    @property
    def text_stream(self) -> AsyncView[str]:
        """The text of the messages in pieces, as they arrive; thinking is left out."""
        from .._answer.conversationpieces import text_of_event
        from .views import AsyncView, TextReading

        return AsyncView(self, TextReading(self._unread, text_of_event))

    @property
    def deltas(self) -> AsyncView[ConversationDelta]:
        """Everything that arrives, in typed pieces for `match` (`mistralai.client.deltas`)."""
        from .._answer.conversationpieces import deltas_of_event
        from .views import AsyncView, DeltaReading

        reading = DeltaReading(self._unread, partial(deltas_of_event, answer=self._answer))
        return AsyncView(self, reading)

    async def get_final_response(self) -> ConversationResponse:
        """Read the stream to its end and return the whole answer. Raises as `until_done` does."""
        return (await self.until_done()).snapshot

    async def get_final_text(self) -> str:
        """Read the stream to its end and return the text. Raises as `until_done` does."""
        await self.until_done()
        return self._answer.text


resolve_hints(__name__)
