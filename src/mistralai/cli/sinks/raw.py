"""`--raw`: the bytes of each answer's body as they came, before anyone looked at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2

from .sink import Sink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...client import Mistral
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..outcome import Outcome
    from ..output import Output


class RawSink(Sink):
    """Writes what the server sends, error bodies included."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def prepare(self, client: Mistral) -> None:
        """Listen to the client's answers, through an event hook of httpx2."""

        def listen(response: httpx2.Response) -> None:
            body = response.stream
            assert isinstance(body, httpx2.SyncByteStream)
            response.stream = _Overheard(body, self._output.write_bytes)

        http = client.sdk_configuration.client
        assert isinstance(http, httpx2.Client)  # of its own making
        http.event_hooks = {"response": [*http.event_hooks["response"], listen]}

    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Read the stream; the bytes are written on their way."""
        for _ in stream:
            pass

    def end(self, outcome: Outcome) -> None:
        """Nothing is added to what came."""


class _Overheard(httpx2.SyncByteStream):
    """A body that tells what is read of it."""

    def __init__(self, body: httpx2.SyncByteStream, tell: Callable[[bytes], None]) -> None:
        self._body = body
        self._tell = tell

    def __iter__(self) -> Iterator[bytes]:
        for data in self._body:
            self._tell(data)
            yield data

    def close(self) -> None:
        self._body.close()
