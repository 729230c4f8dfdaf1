"""Chat completions: `client.chat`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .params import ChatBody, ChatParams, ParseParams
from .resource import Endpoint, Resource
from .signatures import check_names, described_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from ..extra.struct_chat import ParsedChatCompletionResponse
    from .models import ChatCompletionResponse, CompletionEvent
    from .parsed import ParsedEventStream, ParsedEventStreamAsync
    from .pending import PendingStream
    from .structure import Structure
    from .utils.eventstreaming import EventStream, EventStreamAsync

P = TypeVar("P")


def _answer() -> type[ChatCompletionResponse]:
    from .models import ChatCompletionResponse

    return ChatCompletionResponse


CHAT = Endpoint("/v1/chat/completions", ChatParams, _answer, ChatBody)


class Chat(Resource):
    """Chat completions.

    Every method takes the keywords of `ChatParams`, `model` and `messages` at
    least. Wrong ones raise `TypeError` or `ValueError` before anything is sent;
    whatever goes wrong after that is a `MistralClientError`.
    """

    @described_by(ChatParams)
    def stream(self, **params: Unpack[ChatParams]) -> EventStream[CompletionEvent]:
        """Stream an answer: enter it with `with`, or iterate; each event holds one chunk.

        Sends the request and returns when the status is known, so that an error
        status is raised here and a fault of the stream while it is read.
        """
        return self._stream(CHAT, "stream", params)

    @described_by(ChatParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[ChatParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """The same, async: `async with`, `await` or `async for`; nothing is sent before that."""
        return self._stream_async(CHAT, "stream_async", params)

    @described_by(ChatParams)
    def complete(self, **params: Unpack[ChatParams]) -> ChatCompletionResponse:
        """Ask for a whole answer."""
        return self._complete(CHAT, "complete", params)

    @described_by(ChatParams)
    async def complete_async(self, **params: Unpack[ChatParams]) -> ChatCompletionResponse:
        """The same, async."""
        return await self._complete_async(CHAT, "complete_async", params)

    # Below, `self.complete` and `self.stream` are called as a caller would: tracers replace them.

    @described_by(ParseParams)
    def parse(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> ParsedChatCompletionResponse[P]:
        """Ask for a whole answer of a form; each choice has it as `message.parsed`.

        Args:
            response_format: A pydantic model, a `TypedDict`, a dataclass, or `list[...]` of one.
            params: As `complete` takes them.

        Raises:
            StructuredOutputError: The answer has not this form.
        """
        from ..extra.struct_chat import parsed_response
        from .models.answer import responses_kept

        structure = _structure("parse", response_format, params)
        with responses_kept() as kept:
            answer = self.complete(**params, response_format=structure.response_format)
        return parsed_response(answer, structure, kept.get(id(answer)))

    @described_by(ParseParams)
    async def parse_async(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> ParsedChatCompletionResponse[P]:
        """The same, async."""
        from ..extra.struct_chat import parsed_response
        from .models.answer import responses_kept

        structure = _structure("parse_async", response_format, params)
        with responses_kept() as kept:
            answer = await self.complete_async(**params, response_format=structure.response_format)
        return parsed_response(answer, structure, kept.get(id(answer)))

    @described_by(ParseParams)
    def parse_stream(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> ParsedEventStream[P]:
        """Stream an answer of a form, which is as `parse` takes it."""
        from .parsed import ParsedEventStream

        structure = _structure("parse_stream", response_format, params)
        stream: Any = self.stream(**params, response_format=structure.response_format)
        return ParsedEventStream(stream, structure) if _is_stream(stream) else stream

    @described_by(ParseParams, coroutine=True)
    def parse_stream_async(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> PendingStream[ParsedEventStreamAsync[P]]:
        """The same, async: `async with`, `await` or `async for`; nothing is sent before that."""
        from .parsed import ParsedEventStreamAsync
        from .pending import PendingStream

        structure = _structure("parse_stream_async", response_format, params)
        pending = self.stream_async(**params, response_format=structure.response_format)

        async def start() -> ParsedEventStreamAsync[P]:
            stream: Any = await pending
            return ParsedEventStreamAsync(stream, structure) if _is_stream(stream) else stream

        return PendingStream(start)


def _is_stream(given: object) -> bool:
    """Whether `stream` gave a stream, or a proxy of one; some tracers make it a generator."""
    return hasattr(given, "parts")


def _structure(method: str, wanted: type[P], params: Mapping[str, object]) -> Structure[P]:
    from .request import take_headers
    from .structure import Structure

    take_headers(params)
    check_names(params, ParseParams, method=method)
    return Structure(wanted)
