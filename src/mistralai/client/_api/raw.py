"""Raw calls: any endpoint of the API, by its method and path."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from .._call.request import take_headers
from .._hints import resolve_hints
from .loading import first, raw_call
from .rawparams import RawParams
from .signatures import described_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Unpack

    from .._call.request import Request
    from .._call.steps import CallSpec
    from .._stream.raw import ByteStream, ByteStreamAsync, RawStream, RawStreamAsync
    from .._stream.rawresponse import RawResponse
    from ..sdkconfiguration import SDKConfiguration
    from .pending import PendingStream, Stream
    from .rawspecs import Reading
    from .streams import ByteStreams, RawStreams, StreamKind


S = TypeVar("S")
R = TypeVar("R", bound="Stream[Any]")


def _events() -> RawStreams:
    from .streams import RAW_EVENTS

    return RAW_EVENTS


def _bytes() -> ByteStreams:
    from .streams import BYTES

    return BYTES


def has_files(options: RawParams) -> bool:
    """Return whether the body of a call may be a file."""
    return options.get("files") is not None or options.get("content") is not None


class RawCalls:
    """The calls of a client that reach any endpoint.

    They send what they are given, with the key, retries, limits, errors, log and recording of every
    call. Wrong arguments raise `TypeError` or `ValueError` before anything is sent; later failures
    raise a `MistralClientError`. POST and PATCH may create something: they are sent again only if
    nothing was sent, or after status 429. docs/reach.md is the guide.
    """

    if TYPE_CHECKING:
        sdk_configuration: SDKConfiguration

    @described_by(RawParams)
    def request(self, method: str, path: str, **options: Unpack[RawParams]) -> RawResponse:
        """Send a request to any endpoint, and return the whole answer.

        Args:
            method: The HTTP method, such as `"POST"`.
            path: The path below the server's address, such as `"/v1/ocr"`.
            options: The body, the query and the settings of the call.
        """
        take_headers(options)
        spec = self._raw_spec("request", method, path, RawParams(**options), "whole")
        from .calls import complete, read_raw

        return complete(self.sdk_configuration, spec, read_raw)

    @described_by(RawParams)
    async def request_async(
        self, method: str, path: str, **options: Unpack[RawParams]
    ) -> RawResponse:
        """Send a request to any endpoint, and return the whole answer, async."""
        take_headers(options)
        given = RawParams(**options)
        spec = partial(self._raw_spec, "request_async", method, path, given, "whole")
        ready = await raw_call(self.sdk_configuration, spec, blocking=has_files(given))
        from .calls import complete_async, read_raw

        return await complete_async(self.sdk_configuration, ready, read_raw)

    @described_by(RawParams)
    def stream_request(self, method: str, path: str, **options: Unpack[RawParams]) -> RawStream:
        """Send a request to any endpoint that answers with server-sent events, and stream those.

        It returns when the status is known: an error status raises here, and a fault of the stream
        while it is read.

        Args:
            method: The HTTP method, such as `"POST"`.
            path: The path below the server's address.
            options: The body, with `"stream": True` in it where the API wants that, the query and
                the settings of the call.
        """
        take_headers(options)
        spec = partial(
            self._raw_spec, "stream_request", method, path, RawParams(**options), "events"
        )
        return self._raw_stream(spec, _events)

    @described_by(RawParams, coroutine=True)
    def stream_request_async(
        self, method: str, path: str, **options: Unpack[RawParams]
    ) -> PendingStream[RawStreamAsync]:
        """Stream server-sent events, async: `async with`, `await` or `async for` sends."""
        take_headers(options)
        given = RawParams(**options)
        spec = partial(self._raw_spec, "stream_request_async", method, path, given, "events")
        return self._raw_pending(spec, _events, blocking=has_files(given))

    @described_by(RawParams)
    def stream_bytes(self, method: str, path: str, **options: Unpack[RawParams]) -> ByteStream:
        """Send a request to any endpoint, and return the body of its answer piece by piece.

        The body is decompressed, of any size, and not kept. It returns when the status is known.

        Args:
            method: The HTTP method, such as `"GET"`.
            path: The path below the server's address, such as `f"/v1/files/{id}/content"`.
            options: The body, the query and the settings of the call.
        """
        take_headers(options)
        given = RawParams(**options)
        spec = partial(self._raw_spec, "stream_bytes", method, path, given, "bytes")
        return self._raw_stream(spec, _bytes)

    @described_by(RawParams, coroutine=True)
    def stream_bytes_async(
        self, method: str, path: str, **options: Unpack[RawParams]
    ) -> PendingStream[ByteStreamAsync]:
        """Stream a body piece by piece, async: `async with`, `await` or `async for` sends."""
        take_headers(options)
        given = RawParams(**options)
        spec = partial(self._raw_spec, "stream_bytes_async", method, path, given, "bytes")
        return self._raw_pending(spec, _bytes, blocking=has_files(given))

    def _raw_stream(
        self, spec: Callable[[], CallSpec], kind: Callable[[], StreamKind[S, object]]
    ) -> S:
        __tracebackhide__ = True
        ready = spec()
        from .calls import open_stream

        return open_stream(self, ready, kind())

    def _raw_pending(
        self,
        spec: Callable[[], CallSpec],
        kind: Callable[[], StreamKind[object, R]],
        *,
        blocking: bool,
    ) -> PendingStream[R]:
        __tracebackhide__ = True
        from .._stream.caller import caller_of
        from .pending import PendingStream

        caller = caller_of()
        # Where it takes no thread, a wrong argument raises here, and not when the stream is used.
        checked = spec() if first.loaded and not blocking else None

        def plan() -> CallSpec:
            kind()  # loads it
            return spec()

        async def start() -> R:
            ready = checked
            if ready is None:
                ready = await raw_call(self.sdk_configuration, plan, blocking=blocking)
            from .calls import open_stream_async

            return await open_stream_async(self, ready, kind(), caller)

        return PendingStream(start)

    def _raw_spec(
        self,
        called: str,
        method: str,
        path: str,
        options: Mapping[str, Any],
        reading: Reading,
    ) -> CallSpec:
        __tracebackhide__ = True
        from .rawspecs import raw_spec

        return raw_spec(
            self.sdk_configuration,
            method,
            self._raw_path(path),
            options,
            called=called,
            reading=reading,
            request=self._raw_request(),
        )

    def _raw_request(self) -> type[Request]:
        """Return the class of requests."""
        from .._call.request import Request

        return Request

    def _raw_path(self, path: str) -> str:
        """Return a path as it is sent."""
        return path


resolve_hints(__name__)
