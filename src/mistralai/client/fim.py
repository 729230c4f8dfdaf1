"""Fill in the middle: `client.fim`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._api.params import FIMBody, FIMParams
from ._api.resource import Endpoint, Resource, completions
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


FIM = Endpoint("/v1/fim/completions", FIMParams, _answer, FIMBody, operation="text_completion")


class Fim(Resource):
    """Completions of the text between a prompt and a suffix, as a rule code.

    Every method takes the keywords of `FIMParams`; `model` and `prompt` are required.
    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(FIMParams)
    def stream(self, **params: Unpack[FIMParams]) -> EventStream[CompletionEvent]:
        """Stream an answer: enter it with `with`, or iterate; each event has one chunk.

        Sends the request and returns when the status is known, so that an error
        status raises here, and a fault of the stream raises while it is read.
        """
        take_headers(params)
        return self._stream(FIM, "stream", FIMParams(**params), completions)

    @described_by(FIMParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[FIMParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """Stream an answer, async: `async with`, `await` or `async for` sends the request."""
        take_headers(params)
        return self._stream_async(FIM, "stream_async", FIMParams(**params), completions)

    @described_by(FIMParams)
    def complete(self, **params: Unpack[FIMParams]) -> FIMCompletionResponse:
        """Return a whole answer."""
        take_headers(params)
        return self._complete(FIM, "complete", FIMParams(**params))

    @described_by(FIMParams)
    async def complete_async(self, **params: Unpack[FIMParams]) -> FIMCompletionResponse:
        """Return a whole answer, async."""
        take_headers(params)
        return await self._complete_async(FIM, "complete_async", FIMParams(**params))
