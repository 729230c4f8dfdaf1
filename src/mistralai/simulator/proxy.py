"""Relays requests to an upstream server, and records the exchanges."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

from ..recording import ExchangeRecorder, Recorder
from .answers import Answer, End, Relay, Step, Wire
from .api.errors import ApiError
from .bounds import check
from .framing import LAST_CHUNK, chunk, head, to_wire
from .outbound import ResponseReader, State
from .received import Request
from .replay import Player

Mode: TypeAlias = Literal["none", "once", "all"]
"""When a request is relayed, by vcrpy's names.

* `none`: never; answers come from the recording.
* `once`: if the folder has no recording yet; otherwise as `none`.
* `all`: always; earlier recordings are kept.
"""

_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Header fields of a single connection (RFC 9110, section 7.6.1)."""
_WINDOWS: Final = {
    "gzip": zlib.MAX_WBITS | 16,
    "x-gzip": zlib.MAX_WBITS | 16,
    "deflate": zlib.MAX_WBITS,
}
"""The codings decoded for the recording (RFC 9110, section 8.4.1), with their `wbits` in zlib."""
_READ: Final = 64 * 1024
_FILE: Final = "exchanges.jsonl"


@dataclass(frozen=True, slots=True)
class Upstream:
    """Answers of another server, which are recorded.

    Attributes:
        url: Scheme, host and port of that server, with an optional path prefix.
        record: The folder in whose `exchanges.jsonl` the exchanges are recorded.
        mode: When a request is relayed.
        ca_file: Certificates to trust in addition to those of the system.
    """

    url: str
    record: str | Path
    mode: Mode = "once"
    ca_file: str | Path | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"url: {self.url!r} is not a URL; use https://HOST or http://HOST")
        check(self)


class Proxy:
    """Relays requests, or answers them from the recording.

    Args:
        upstream: The upstream server and the recording.

    Raises:
        OSError: The folder cannot be read or written.
        RecordingError: A file in the folder is not a recording.
    """

    def __init__(self, upstream: Upstream) -> None:
        folder = Path(upstream.record)
        recorded = any(folder.glob("*.jsonl"))
        if upstream.mode == "all" or (upstream.mode == "once" and not recorded):
            folder.mkdir(parents=True, exist_ok=True)
            self._source: Recorder | Player = Recorder(folder / _FILE)
        elif recorded:
            self._source = Player(folder)
        else:
            raise FileNotFoundError(f"{folder} has no recording; use the mode once to make one")
        self._server = urlsplit(upstream.url)
        self._context: ssl.SSLContext | None = None
        if self._server.scheme == "https":
            self._context = ssl.create_default_context()
            if upstream.ca_file is not None:
                self._context.load_verify_locations(upstream.ca_file)

    def answer(self, request: Request) -> Answer | Wire:
        """Answer a request."""
        if isinstance(self._source, Player):
            return self._source.answer(request)
        target = self._server.path.rstrip("/") + request.target
        url = f"{self._server.scheme}://{self._server.netloc}{target}"
        exchange = self._source.begin(request.method, url, request.headers.pairs, request.body)
        return Wire((Relay(self._relay(request, target, exchange)),))

    def close(self) -> None:
        """Close the file of the recording."""
        if isinstance(self._source, Recorder):
            self._source.close()

    async def _relay(
        self, request: Request, target: str, exchange: ExchangeRecorder
    ) -> AsyncGenerator[Step]:
        server = self._server
        port = server.port or (443 if self._context else 80)
        try:
            reader, writer = await asyncio.open_connection(server.hostname, port, ssl=self._context)
        except OSError as error:
            exchange.ended("cut")
            failed = ApiError(502, f"no connection to {server.hostname}:{port}: {error}")
            for step in to_wire(failed.answer(), added=(), keep=False).steps:
                yield step
            return
        try:
            writer.write(_request_bytes(request, target, server.netloc.rpartition("@")[2]))
            async with aclosing(_Relayed(exchange, request).steps(reader)) as steps:
                async for step in steps:
                    yield step
        finally:
            exchange.ended("closed")  # unless it has already ended
            writer.transport.abort()


def _request_bytes(request: Request, target: str, host: str) -> bytes:
    own = {"host": host, "accept-encoding": "identity", "connection": "close"}
    if request.body:
        own["content-length"] = str(len(request.body))
    fields = [
        (name, value)
        for name, value in request.headers.pairs
        if name not in _HOP_BY_HOP | own.keys() | {"content-length", "expect"}
    ]
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (*own.items(), *fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body


class _Relayed:
    """A response on its way from the upstream server to the client.

    Args:
        exchange: The recorder of this exchange.
        request: The request being answered.
    """

    def __init__(self, exchange: ExchangeRecorder, request: Request) -> None:
        self._exchange = exchange
        self._chunked = request.http_version == "1.1" and request.method != "HEAD"
        self._response = ResponseReader(request.method)
        self._decode: Callable[[bytes], bytes] = bytes
        self._head_sent = False

    async def steps(self, reader: asyncio.StreamReader) -> AsyncGenerator[Step]:
        """Yield the head, then one piece for each read of the body, then the end."""
        try:
            while not self._response.is_over:
                self._response.feed(await reader.read(_READ))
                for step in self._received():
                    yield step
            is_complete = self._response.state is State.DONE
        except (OSError, zlib.error):
            is_complete = False
        self._exchange.ended("complete" if is_complete else "cut")
        if not is_complete:
            yield End("cut")
        elif self._chunked:
            yield LAST_CHUNK
        else:
            yield End("close")

    def _received(self) -> list[bytes]:
        """Return the bytes to send for the last read."""
        pieces: list[bytes] = []
        if self._response.status and not self._head_sent:
            self._head_sent = True
            pieces.append(self._head())
        if body := self._response.take_body():
            self._exchange.read(self._decode(body))
            pieces.append(chunk(body) if self._chunked else body)
        return pieces

    def _head(self) -> bytes:
        status, fields = self._response.status, self._response.headers
        self._exchange.answered(status, fields)
        coding = dict(fields).get("content-encoding", "").lower()
        if coding in _WINDOWS:
            self._decode = zlib.decompressobj(wbits=_WINDOWS[coding]).decompress
        dropped = _HOP_BY_HOP | {"content-length"}
        kept = [(name, value) for name, value in fields if name not in dropped]
        framing = ("transfer-encoding", "chunked") if self._chunked else ("connection", "close")
        return head(status, [*kept, framing])
