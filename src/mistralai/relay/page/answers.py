"""One part of an answer: its source for the relay, and the text that a turn keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mistralai.client.deltas import FinishDelta, TextDelta, ThinkingDelta, ToolCallDelta, UsageDelta

from ..frames import End, Gap
from ..protocols.usage import UsageSum
from .echo import Echo

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from typing import TypeAlias

    from mistralai.client.deltas import Delta
    from mistralai.client.models import CompletionEvent
    from mistralai.client.utils.eventstreaming import EventStreamAsync

    from ..frames import Frame
    from .conversations import Turn

    Ask: TypeAlias = Callable[
        [str, Sequence[Mapping[str, Any]]],
        AbstractAsyncContextManager[EventStreamAsync[CompletionEvent]],
    ]
    """Asks a model for the next message, as `chat.stream_async` does."""

MAX_ANSWER: Final = 4 * 1024 * 1024
"""Characters of a part of an answer."""


class AnswerTooLongError(Exception):
    """The model does not end."""

    def __init__(self) -> None:
        super().__init__(
            f"The answer was cut off here: it is longer than {MAX_ANSWER:,} characters."
        )


class Part:
    """One part of an answer.

    Args:
        turn: The turn that it belongs to.
        ask: Asks the model.
        messages: The messages to send, but for the text that is continued.
        explain: Returns the sentence about an error.
    """

    def __init__(
        self,
        turn: Turn,
        ask: Ask,
        messages: Sequence[Mapping[str, Any]],
        explain: Callable[[Exception], str],
    ) -> None:
        self._turn = turn
        self._ask = ask
        self._echo = Echo(turn.text)
        self._messages = [*messages]
        if self._echo.stem:
            prefix = {"role": "assistant", "content": self._echo.stem, "prefix": True}
            self._messages.append(prefix)
        self._explain = explain
        self._sentence = ""
        self._message: Mapping[str, Any] = {}
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: dict[int, ToolCallDelta] = {}
        self._usage: UsageSum | None = None

    async def deltas(self) -> AsyncGenerator[Delta]:
        """Ask the model, and yield what it answers, without what it repeats."""
        size = 0
        try:
            async with self._ask(self._turn.model, self._messages) as stream:
                try:
                    async for delta in stream.deltas:
                        match delta:
                            case TextDelta(0, text):
                                size += len(text)
                                new = self._echo.new(text)
                                if new:
                                    yield TextDelta(0, new)
                            case ThinkingDelta(0, text):
                                size += len(text)
                                yield delta
                            case _:
                                yield delta
                        if size > MAX_ANSWER:
                            raise AnswerTooLongError
                finally:
                    self._message = stream.message.model_dump(mode="json", by_alias=True)
        except Exception as error:
            self._sentence = self._explain(error)
            raise

    def keep(self, frame: Frame) -> None:
        """Keep what a frame of the log has."""
        turn = self._turn
        match frame.event:
            case TextDelta(0, text):
                self._text.append(text)
            case ThinkingDelta(0, text):
                self._thinking.append(text)
            case ToolCallDelta(0, index, id_, name, arguments):
                before = self._calls.get(index)
                joined = arguments if before is None else before.arguments + arguments
                self._calls[index] = ToolCallDelta(0, index, id_, name, joined)
            case FinishDelta(0, reason):
                turn.finish = reason
            case UsageDelta(usage):
                self._usage = UsageSum().of_answer(usage)  # some servers send it again and again
            case Gap():
                self._sentence = "A piece of the answer is missing: it came too fast to be kept."
            case End() as end:
                self._end(end)
            case _:
                pass

    def _end(self, end: End) -> None:
        turn = self._turn
        was_begun = bool(turn.text)
        turn.text += "".join(self._text)
        turn.thinking += "".join(self._thinking)
        turn.calls = [f"{call.name}({call.arguments})" for call in self._calls.values()]
        # The content has the thinking too; of an answer that was continued, only the text is whole.
        content: object = self._message.get("content")
        turn.content = content if isinstance(content, list) and not was_begun else None
        if self._usage is not None:
            turn.count(self._usage.prompt, self._usage.completion)
        turn.end(end, self._sentence)
