"""`--raw`: the bytes of response bodies as they were received."""

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
    """Writes the bytes of every response body, including those of errors."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def prepare(self, client: Mistral) -> None:
        """Install an event hook of httpx2 that copies response bodies to the output."""

        def copy_body(response: httpx2.Response) -> None:
            body = response.stream
            assert isinstance(body, httpx2.SyncByteStream)
            response.stream = _CopiedBody(body, self._output.write_bytes)

        http = client.sdk_configuration.client
        assert isinstance(http, httpx2.Client)  # the command line passes no client of its own
        http.event_hooks = {"response": [*http.event_hooks["response"], copy_body]}

    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Read the stream, which writes its bytes."""
        for _ in stream:
            pass

    def end(self, outcome: Outcome) -> None:
        """Write nothing more."""


class _CopiedBody(httpx2.SyncByteStream):
    """A response body that passes on each piece before it is read."""

    def __init__(self, body: httpx2.SyncByteStream, write: Callable[[bytes], None]) -> None:
        self._body = body
        self._write = write

    def __iter__(self) -> Iterator[bytes]:
        for data in self._body:
            self._write(data)
            yield data

    def close(self) -> None:
        self._body.close()
