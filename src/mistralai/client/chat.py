"""Chat completions: `client.chat`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from ._api.loading import first, in_thread, would_block_loop
from ._api.params import ChatBody, ChatParams, ParseParams, ToolsAsyncParams, ToolsParams
from ._api.resource import Endpoint, Resource, completions
from ._api.signatures import check_keywords, described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from typing_extensions import Unpack

    from ..extra.struct_chat import ParsedChatCompletionResponse
    from ..tools import ToolLike, ToolRun, ToolRunAsync
    from ._answer.structure import Structure
    from ._api.pending import PendingStream
    from ._stream.eventstreaming import EventStream, EventStreamAsync
    from ._stream.parsed import ParsedEventStream, ParsedEventStreamAsync
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


CHAT = Endpoint("/v1/chat/completions", ChatParams, _answer, ChatBody, operation="chat")


class Chat(Resource):
    """Chat completions.

    Every method takes the keywords of `ChatParams`; `model` and `messages` are required.
    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(ChatParams)
    def stream(self, **params: Unpack[ChatParams]) -> EventStream[CompletionEvent]:
        """Stream an answer: enter it with `with`, or iterate; each event has one chunk.

        Sends the request and returns when the status is known, so that an error
        status raises here, and a fault of the stream raises while it is read.
        """
        take_headers(params)
        return self._stream(CHAT, "stream", ChatParams(**params), completions)

    @described_by(ChatParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[ChatParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """Stream an answer, async: `async with`, `await` or `async for` sends the request.

        The first asynchronous call of a process imports the models in a thread. A wrong field of
        its body raises when the stream is used, and not here.
        """
        take_headers(params)
        return self._stream_async(CHAT, "stream_async", ChatParams(**params), completions)

    @described_by(ChatParams)
    def complete(self, **params: Unpack[ChatParams]) -> ChatCompletionResponse:
        """Return a whole answer."""
        take_headers(params)
        return self._complete(CHAT, "complete", ChatParams(**params))

    @described_by(ChatParams)
    async def complete_async(self, **params: Unpack[ChatParams]) -> ChatCompletionResponse:
        """Return a whole answer, async."""
        take_headers(params)
        return await self._complete_async(CHAT, "complete_async", ChatParams(**params))

    # Below, `self.complete` and `self.stream` are called as callers do: tracers replace them.

    @described_by(ParseParams)
    def parse(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> ParsedChatCompletionResponse[P]:
        """Return a whole answer of a given form; each choice has the value as `message.parsed`.

        Args:
            response_format: A pydantic model, a `TypedDict`, a dataclass, or `list[...]` of one.
            params: The keywords of `complete`.

        Raises:
            StructuredOutputError: The answer does not have this form.
        """
        from ..extra.struct_chat import parsed_response
        from .models.answer import collecting_responses

        take_headers(params)
        structure = _structure("parse", response_format, ParseParams(**params))
        with collecting_responses() as responses:
            answer = self.complete(**params, response_format=structure.response_format)
        return parsed_response(answer, structure, responses.get(id(answer)))

    @described_by(ParseParams)
    async def parse_async(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> ParsedChatCompletionResponse[P]:
        """Return a whole answer of a given form, as `parse` does, async."""
        take_headers(params)

        def prepare() -> tuple[Structure[P], ResponseFormatTypedDict]:
            from ..extra import struct_chat

            _ = struct_chat  # imported here because that takes long, and this runs in a thread
            structure = _structure("parse_async", response_format, ParseParams(**params))
            return structure, structure.response_format

        structure, requested = prepare() if first.over else await in_thread(prepare)
        from ..extra.struct_chat import parsed_response
        from .models.answer import collecting_responses

        with collecting_responses() as responses:
            answer = await self.complete_async(**params, response_format=requested)
        return parsed_response(answer, structure, responses.get(id(answer)))

    @described_by(ParseParams)
    def parse_stream(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> ParsedEventStream[P]:
        """Stream an answer of a given form; `response_format` is that of `parse`."""
        from ._stream.parsed import ParsedEventStream

        take_headers(params)
        structure = _structure("parse_stream", response_format, ParseParams(**params))
        # Some tracers return a generator, which is passed on.
        stream: Any = self.stream(**params, response_format=structure.response_format)
        return ParsedEventStream(stream, structure) if _is_stream(stream) else stream

    @described_by(ParseParams, coroutine=True)
    def parse_stream_async(
        self, response_format: type[P], **params: Unpack[ParseParams]
    ) -> PendingStream[ParsedEventStreamAsync[P]]:
        """Stream an answer of a given form, async; use the result as that of `stream_async`."""
        from ._api.pending import PendingStream

        take_headers(params)
        check_keywords(params, ParseParams, method="parse_stream_async")

        def prepare() -> tuple[Structure[P], ResponseFormatTypedDict]:
            from ._stream import parsed

            _ = parsed  # imported here because that takes long, and this runs in a thread
            structure = _structure("parse_stream_async", response_format, ParseParams(**params))
            return structure, structure.response_format

        async def parse_pending(
            structure: Structure[P], pending: Awaitable[object]
        ) -> ParsedEventStreamAsync[P]:
            from ._stream.parsed import ParsedEventStreamAsync

            stream: Any = await pending
            return ParsedEventStreamAsync(stream, structure) if _is_stream(stream) else stream

        async def prepared_in_thread() -> ParsedEventStreamAsync[P]:
            structure, requested = await in_thread(prepare)
            pending = self.stream_async(**params, response_format=requested)
            return await parse_pending(structure, pending)

        if would_block_loop():
            return PendingStream(prepared_in_thread)
        structure, requested = prepare()
        pending = self.stream_async(**params, response_format=requested)
        return PendingStream(lambda: parse_pending(structure, pending))

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: type[P],
        **params: Unpack[ToolsParams],
    ) -> ToolRun[P]: ...

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: ResponseFormat | ResponseFormatTypedDict | None = None,
        **params: Unpack[ToolsParams],
    ) -> ToolRun[None]: ...

    @described_by(ToolsParams)
    def run_tools(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: Any = None,
        **params: Unpack[ToolsParams],
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
        return run_tools(self.sdk_configuration, self.stream, given, ToolsParams)

    @overload
    def run_tools_async(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: type[P],
        **params: Unpack[ToolsAsyncParams],
    ) -> PendingStream[ToolRunAsync[P]]: ...

    @overload
    def run_tools_async(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: ResponseFormat | ResponseFormatTypedDict | None = None,
        **params: Unpack[ToolsAsyncParams],
    ) -> PendingStream[ToolRunAsync[None]]: ...

    @described_by(ToolsAsyncParams, coroutine=True)
    def run_tools_async(
        self,
        *,
        tools: Iterable[ToolLike],
        response_format: Any = None,
        **params: Unpack[ToolsAsyncParams],
    ) -> PendingStream[ToolRunAsync[Any]]:
        """Answer with the help of tools, as `run_tools`, async; use it as `stream_async`."""
        from ._api.toolruns import run_tools_async

        take_headers(params)
        given = {"tools": tools, "response_format": response_format, **params}
        return run_tools_async(self.sdk_configuration, self.stream_async, given, ToolsAsyncParams)


def _is_stream(result: object) -> bool:
    """Return whether this is a stream or a proxy of one; some tracers return a generator."""
    return hasattr(result, "parts")


def _structure(method: str, wanted: type[P], params: Mapping[str, object]) -> Structure[P]:
    from ._answer.structure import Structure

    check_keywords(params, ParseParams, method=method)
    return Structure(wanted)
