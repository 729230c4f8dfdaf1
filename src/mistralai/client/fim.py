"""Fill in the middle: `client.fim`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .params import FIMBody, FIMParams
from .resource import Endpoint, Resource
from .signatures import described_by

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .models import CompletionEvent, FIMCompletionResponse
    from .pending import PendingStream
    from .utils.eventstreaming import EventStream, EventStreamAsync


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
        return self._stream(FIM, "stream", params)

    @described_by(FIMParams, coroutine=True)
    def stream_async(
        self, **params: Unpack[FIMParams]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        """The same, async: `async with`, `await` or `async for`; nothing is sent before that."""
        return self._stream_async(FIM, "stream_async", params)

    @described_by(FIMParams)
    def complete(self, **params: Unpack[FIMParams]) -> FIMCompletionResponse:
        """Ask for a whole answer."""
        return self._complete(FIM, "complete", params)

    @described_by(FIMParams)
    async def complete_async(self, **params: Unpack[FIMParams]) -> FIMCompletionResponse:
        """The same, async."""
        return await self._complete_async(FIM, "complete_async", params)
