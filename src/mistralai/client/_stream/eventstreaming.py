"""Streams of chat completions: their answer, and its views; `base.py` has the rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from .._answer.accumulate import Accumulator
from .._hints import resolve_hints
from .base import AsyncStream, D, StreamState, SyncStream
from .drivers import AsyncDriver, SyncDriver

if TYPE_CHECKING:
    from .._answer.accumulate import Choice
    from .._answer.deltas import Delta
    from .._answer.turn import IncompleteToolCall, SortedCalls
    from ..models import (
        AssistantMessage,
        ChatCompletionResponse,
        CompletionEvent,
        ToolCall,
        UsageInfo,
    )
    from .views import AsyncView, View

T = TypeVar("T")


class Completion(StreamState[T, Accumulator, D]):
    """The answer of a stream of chat completions, sync or async."""

    _language = ""
    """The language of a text that is not Markdown."""

    @property
    def snapshot(self) -> ChatCompletionResponse:
        """The answer so far, with every choice. Built when it is read; nothing is copied before."""
        return self._answer.snapshot().attach_response(self.headers, self.request_id)

    @property
    def usage(self) -> UsageInfo | None:
        """The tokens used; `None` until the server says, as a rule in the last event."""
        return self._answer.usage

    @property
    def finish_reason(self) -> str | None:
        """The reason why choice 0 ended; `None` until it does."""
        choice = self._choice
        return None if choice is None else choice.finish_reason

    @property
    def message(self) -> AssistantMessage:
        """Choice 0 as the message to append to `messages` for the next turn.

        The API takes it as it is: thinking is kept, incomplete tool calls are left out.
        """
        from .._answer.turn import message_of

        return message_of(self._choice, ended=self._ended)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls of choice 0 that can be run.

        Their arguments are JSON, `"{}"` where there were none, and the choice ended, not with
        `"length"`. The others are `incomplete_tool_calls`.
        """
        return self._calls.complete

    @property
    def incomplete_tool_calls(self) -> list[IncompleteToolCall]:
        """The calls of choice 0 that must not be run, each with the reason."""
        return self._calls.incomplete

    @property
    def _partial(self) -> ChatCompletionResponse:
        return self.snapshot

    @property
    def _choice(self) -> Choice | None:
        return self._answer.choice(0)

    @property
    def _calls(self) -> SortedCalls:
        from .._answer.turn import sorted_calls

        return sorted_calls(self._choice, ended=self._ended)

    @property
    def _ended(self) -> bool:
        """True once the server ended the answer properly, also without a finish reason."""
        return self.end_reason in {"done", "finish_reason_only", "done_only"}

    @property
    def _text(self) -> str:
        return "" if self._choice is None else self._choice.text

    def _repr_markdown_(self) -> str:
        """Return the answer so far for a notebook, with usage and timing below."""
        from .notebook import markdown_of

        return markdown_of(self, self._language)


class EventStream(Completion[T, SyncDriver], SyncStream[T, Accumulator]):
    """Events as they arrive: iterate, best inside `with`, which closes the connection.

    Iteration raises a `MistralClientError` when the stream fails, after it has yielded every
    event that arrived; asked again it raises the same.
    """

    # jedi takes `Self` for the class whose body has it, here and in the async variant.

    def __enter__(self) -> Self:
        return self

    @property
    def text_stream(self: EventStream[CompletionEvent]) -> View[str]:
        """The text of choice 0 in pieces, as they arrive; thinking is left out."""
        from .._answer.deltas import text_of
        from .views import TextReading, View

        return View(self, TextReading(self._unread, text_of))

    @property
    def deltas(self: EventStream[CompletionEvent]) -> View[Delta]:
        """Everything that arrives, of every choice, in typed pieces for `match` (`deltas.py`)."""
        from .._answer.deltas import deltas_of
        from .views import DeltaReading, View

        reading = DeltaReading(self._unread, partial(deltas_of, answer=self._answer))
        return View(self, reading)

    def get_final_completion(self) -> ChatCompletionResponse:
        """Read the stream to its end and return the whole answer. Raises as `until_done` does."""
        return self.until_done().snapshot

    def get_final_text(self) -> str:
        """Read the stream to its end and return choice 0's text. Raises as `until_done` does."""
        self.until_done()
        return self._text

    def show(self: EventStream[CompletionEvent]) -> None:
        """Show the answer in the output of this notebook cell as it grows, then close the stream.

        Thinking is folded, tool calls are shown, and usage and timing are below. In a terminal the
        text is printed as it grows. An interrupt leaves the part that was received. Afterwards the
        stream has its `snapshot`, `message` and so on; nothing is returned, because a notebook
        would show it again.

        Raises:
            ModuleNotFoundError: IPython is not installed.
            MistralClientError: The stream failed; the part before is shown.
        """
        from .notebook import Cell

        with Cell(self, self._call.clock) as cell, self:
            for _ in self:
                cell.update()


class EventStreamAsync(Completion[T, AsyncDriver], AsyncStream[T, Accumulator]):
    """`EventStream` for asyncio and trio: `async for`, best inside `async with`."""

    async def __aenter__(self) -> Self:
        return self

    @property
    def text_stream(self: EventStreamAsync[CompletionEvent]) -> AsyncView[str]:
        """The text of choice 0 in pieces, as they arrive; thinking is left out."""
        from .._answer.deltas import text_of
        from .views import AsyncView, TextReading

        return AsyncView(self, TextReading(self._unread, text_of))

    @property
    def deltas(self: EventStreamAsync[CompletionEvent]) -> AsyncView[Delta]:
        """Everything that arrives, of every choice, in typed pieces for `match` (`deltas.py`)."""
        from .._answer.deltas import deltas_of
        from .views import AsyncView, DeltaReading

        reading = DeltaReading(self._unread, partial(deltas_of, answer=self._answer))
        return AsyncView(self, reading)

    async def get_final_completion(self) -> ChatCompletionResponse:
        """Read the stream to its end and return the whole answer. Raises as `until_done` does."""
        return (await self.until_done()).snapshot

    async def get_final_text(self) -> str:
        """Read the stream to its end and return choice 0's text. Raises as `until_done` does."""
        await self.until_done()
        return self._text

    async def show(self: EventStreamAsync[CompletionEvent]) -> None:
        """Show the answer as it grows, as `EventStream.show`."""
        from .notebook import AsyncCell

        with AsyncCell(self, self._call.clock) as cell:
            async with self:
                async for _ in self:
                    cell.update()


resolve_hints(__name__)
