"""Fill in the middle: `client.fim`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._api.params import FIMBody, FIMParams
from ._api.resource import Endpoint, Resource
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._api.pending import PendingStream
    from ._stream.eventstreaming import EventStream, EventStreamAsync
    from .models import CompletionEvent, FIMCompletionResponse


def _answer() -> type[FIMCompletionResponse]:
    from .models import FIMCompletionResponse

    return FIMCompletionResponse


FIM = Endpoint("/v1/fim/completions", FIMParams, _answer, FIMBody)


class Fim(Resource):
    """What stands between a beginning and an end, mostly of code.

    Every method takes the keywords of `FIMParams`, `model` and `prompt` at least. Wrong ones raise `TypeError` or `ValueError` before anything is sent;
    whatever goes wrong after that is a `MistralClientError`.
    """

    @described_by(FIMParams)
    def stream(self, **params: Unpack[FIMParams]) -> EventStream[CompletionEvent]:
        """Stream an answer: enter it with `with`, or iterate; each event holds one chunk.

        Sends the request and returns when the status is known, so that an error
        status is raised here and a fault of the stream while it is read.
        """
        take_headers(params)
        return self._stream(FIM, "stream", FIMParams(**params))

    @described_by(FIMParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[FIMParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """The same, async: `async with`, `await` or `async for`; nothing is sent before that."""
        take_headers(params)
        return self._stream_async(FIM, "stream_async", FIMParams(**params))

    @described_by(FIMParams)
    def complete(self, **params: Unpack[FIMParams]) -> FIMCompletionResponse:
        """Ask for a whole answer."""
        take_headers(params)
        return self._complete(FIM, "complete", FIMParams(**params))

    @described_by(FIMParams)
    async def complete_async(self, **params: Unpack[FIMParams]) -> FIMCompletionResponse:
        """The same, async."""
        take_headers(params)
        return await self._complete_async(FIM, "complete_async", FIMParams(**params))
