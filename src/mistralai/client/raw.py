"""The results of raw calls, such as that of `client.request`."""

from ._stream.raw import ByteStream, ByteStreamAsync, RawStream, RawStreamAsync
from ._stream.rawresponse import RawResponse
from .sse import ServerSentEvent

__all__ = [
    "ByteStream",
    "ByteStreamAsync",
    "RawResponse",
    "RawStream",
    "RawStreamAsync",
    "ServerSentEvent",
]
