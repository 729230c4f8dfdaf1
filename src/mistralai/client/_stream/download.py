"""Downloads: a body piece by piece, with the names that programs know from httpx's responses."""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any, Self

from .._hints import resolve_hints
from .raw import ByteStream, ByteStreamAsync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx2


class Chunks:
    """Joins pieces to chunks of one size.

    Args:
        size: The bytes of each chunk but the last; `None` leaves the pieces as they are.
    """

    def __init__(self, size: int | None) -> None:
        if size is not None and size < 1:
            raise ValueError(f"chunk_size is {size}; give a number of bytes above 0")
        self._size = size
        self._rest: list[bytes] = []  # joined once per chunk
        self._length = 0

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the chunks that a piece completes."""
        if self._size is None:
            return [piece]
        self._rest.append(piece)
        self._length += len(piece)
        if self._length < self._size:
            return []
        data, size = b"".join(self._rest), self._size
        whole = len(data) - len(data) % size
        self._rest = [data[whole:]]
        self._length = len(data) - whole
        return [data[at : at + size] for at in range(0, whole, size)]

    def end(self) -> list[bytes]:
        """Return the last chunk, if there is one."""
        return [b"".join(self._rest)] if self._length else []


class Lines:
    r"""Splits a body at `\n` into lines of text, as JSON lines are split.

    Characters such as U+2028, which may occur within a line of JSON, do not end it.
    """

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest: list[str] = []

    def feed(self, piece: bytes, *, final: bool = False) -> list[str]:
        """Return the lines that a piece completes."""
        first, *others = self._decoder.decode(piece, final).split("\n")
        self._rest.append(first)
        if not others:
            return []
        lines = ["".join(self._rest), *others[:-1]]
        self._rest = [others[-1]]
        return [line.removesuffix("\r") for line in lines]

    def end(self) -> list[str]:
        """Return the last line, if it does not end in a line break."""
        lines = self.feed(b"", final=True)
        rest = "".join(self._rest)
        return [*lines, rest] if rest else lines


class _File:
    """The part of both downloads that shows a file, from its response and its content."""

    if TYPE_CHECKING:

        @property
        def response(self) -> httpx2.Response: ...

        @property
        def content(self) -> bytes: ...

    @property
    def status_code(self) -> int:
        """The status of the response."""
        return self.response.status_code

    @property
    def text(self) -> str:
        """The whole file as text, from UTF-8; see `content`."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the whole file, read as JSON; see `content`.

        Raises:
            ValueError: It is not valid JSON.
        """
        return json.loads(self.content)


class Download(_File, ByteStream):
    """A file as it arrives, in pieces of any size: iterate, best inside `with`, or `read()`.

    Nothing of it is kept, except by `read`, `content`, `text` and `json`, which read it whole.
    """

    _content: bytes | None = None

    # jedi takes `Self` for the class whose body has it, here and in the async variant.

    def __enter__(self) -> Self:
        return self

    def read(self) -> bytes:
        """Return the whole file, or all that is left of it; it is kept for the next time.

        Raises:
            IncompleteStreamError: The download was closed before its end.
            MistralClientError: It failed, now or before.
        """
        if self._content is None:
            self._content = super().read()
        return self._content

    @property
    def stream(self) -> Iterator[bytes]:
        """The pieces; the download itself, as the generated SDK's programs read it."""
        return self

    @property
    def content(self) -> bytes:
        """The whole file, as `read` returns it."""
        return self.read()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the file in chunks.

        Args:
            chunk_size: The bytes of each but the last. By default they are as they arrive.

        Raises:
            MistralClientError: The download failed.
            ValueError: `chunk_size` is below 1.
        """
        chunks = Chunks(chunk_size)
        for piece in self._pieces():
            yield from chunks.feed(piece)
        yield from chunks.end()

    def iter_lines(self) -> Iterator[str]:
        """Yield the lines of a file of text, in UTF-8, without their line breaks."""
        lines = Lines()
        for piece in self._pieces():
            yield from lines.feed(piece)
        yield from lines.end()

    def _pieces(self) -> Iterator[bytes]:
        return self if self._content is None else iter([self._content])


class DownloadAsync(_File, ByteStreamAsync):
    """`Download` for asyncio and trio: `async for`, best inside `async with`, or `aread()`."""

    _content: bytes | None = None

    async def __aenter__(self) -> Self:
        return self

    async def read(self) -> bytes:
        """Return the whole file, or all that is left of it; it is kept for the next time.

        Raises:
            IncompleteStreamError: The download was closed before its end.
            MistralClientError: It failed, now or before.
        """
        if self._content is None:
            self._content = await super().read()
        return self._content

    aread = read

    @property
    def stream(self) -> AsyncIterator[bytes]:
        """The pieces; the download itself, as the generated SDK's programs read it."""
        return self

    @property
    def content(self) -> bytes:
        """The whole file, once it was read.

        Raises:
            RuntimeError: It was not.
        """
        if self._content is None:
            raise RuntimeError("the download was not read; write `await download.aread()` first")
        return self._content

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the file in chunks, as `Download.iter_bytes` does."""
        chunks = Chunks(chunk_size)
        async for piece in self._pieces():
            for chunk in chunks.feed(piece):
                yield chunk
        for chunk in chunks.end():
            yield chunk

    async def aiter_lines(self) -> AsyncIterator[str]:
        """Yield the lines of a file of text, in UTF-8, without their line breaks."""
        lines = Lines()
        async for piece in self._pieces():
            for line in lines.feed(piece):
                yield line
        for line in lines.end():
            yield line

    async def _pieces(self) -> AsyncIterator[bytes]:
        if self._content is not None:
            yield self._content
            return
        async for piece in self:
            yield piece


resolve_hints(__name__)
