"""Writes exchanges to a recording."""

import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from .exchanges import Ending, Read, encode, exchanges_of
from .mask import Mask

KEPT_HEADERS: Final = re.compile(
    r"content-type|date|user-agent|retry-after(-ms)?|mistral-correlation-id|x-kong-request-id"
    r"|x-request-id|x-ratelimit-.*|(x-)?ratelimitbysize-.*"
)
"""The header fields of requests and responses that a recording keeps."""

_NUMBER: Final = re.compile(rb'^\{"exchange": (\d+)', re.MULTILINE)


class Recorder:
    """Writes exchanges to a file, from any thread.

    Several recorders may write to one file, also from several processes, except on Windows. Each
    holds a lock while it writes, and reads the numbers that others have used before it picks one.

    Args:
        path: The file; exchanges are appended.
        clock: A monotonic clock in seconds, for `after`.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = Path(path)
        self._file: FileIO | None = None
        self._process = 0  # the process that opened the file
        self._lock = threading.Lock()
        self._clock = clock
        try:
            with self._exclusive() as file:
                self._path.chmod(0o600)  # the file may be older
                data = file.read()
        finally:
            self.close()  # reopened by the next write
        numbers = exchanges_of(path, BytesIO(data))
        self._count = max((n for n in numbers if isinstance(n, int)), default=0)
        self._read_to = len(data)

    def begin(
        self, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes
    ) -> "ExchangeRecorder":
        """Record a request that is about to be sent.

        Args:
            method: The request's method.
            url: The request's URL; user and password are not recorded.
            headers: All header fields; the key to mask is taken from `authorization`.
            body: The request's body, decoded.
        """
        fields = [(name.lower(), value) for name, value in headers]
        keys = [value.rpartition(" ")[2] for name, value in fields if name == "authorization"]
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        mask = Mask(keys)
        request = {
            "method": method,
            "server": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
            "target": mask.text(target),
            "headers": _kept(fields, mask),
            **encode(mask(body)),
        }
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._exclusive() as file:
            file.seek(self._read_to)
            unread = file.read()
            self._read_to += len(unread)
            numbers = map(int, _NUMBER.findall(unread))
            self._count = number = max([self._count, *numbers]) + 1
            self._append(file, {"exchange": number, "request": request, "started": started})
        return ExchangeRecorder(number, mask, self._write, self._clock)

    def close(self) -> None:
        """Close the file; the next write reopens it."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            file.close()

    def _write(self, line: dict[str, Any]) -> None:
        with self._exclusive() as file:
            self._append(file, line)

    def _append(self, file: FileIO, line: dict[str, Any]) -> None:
        data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        if file.seek(0, os.SEEK_END) == self._read_to:  # nobody else has written
            self._read_to += len(data)
        file.write(data)

    @contextmanager
    def _exclusive(self) -> Generator[FileIO, None, None]:
        """Yield the file, locked against other threads and processes."""
        with self._lock:
            process = os.getpid()
            if self._file is not None and self._process != process:
                self._file.close()  # a forked process shares its parent's lock
                self._file = None
            if self._file is None:
                # Unbuffered: one write per line.
                self._file = open(self._path, "a+b", buffering=0, opener=_open)  # noqa: SIM115 - closed by `close`
                self._process = process
                self._file.seek(0)
            with _locked(self._file):
                yield self._file


def _open(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


if sys.platform == "win32":  # pragma: no cover
    _WRITING = threading.Lock()

    @contextmanager
    def _locked(_: FileIO) -> Generator[None, None, None]:
        with _WRITING:
            yield

else:
    import fcntl

    @contextmanager
    def _locked(file: FileIO) -> Generator[None, None, None]:
        with suppress(OSError):  # the file system may lack locks
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)


class ExchangeRecorder:
    """Records the response to one request.

    Args:
        number: The number of the exchange.
        mask: Masks the key.
        write: Writes a line.
        clock: A monotonic clock in seconds.
    """

    def __init__(
        self,
        number: int,
        mask: Mask,
        write: Callable[[dict[str, Any]], None],
        clock: Callable[[], float],
    ) -> None:
        self._number = number
        self._mask = mask
        self._write = write
        self._clock = clock
        self._start = clock()
        self._held: list[Read] = []
        self._ended = False

    def answered(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Record the response headers.

        Args:
            status: The status code.
            headers: All header fields.
        """
        fields = _kept(((name.lower(), value) for name, value in headers), self._mask)
        self._line({"response": {"status": status, "headers": fields}}, self._after())

    def read(self, data: bytes) -> None:
        """Record one read of the body.

        A read that ends with a possible start of the key is held until more is read.
        """
        self._held.append(Read(self._after(), data))
        held = b"".join(read.data for read in self._held)
        self._flush(len(held) - self._mask.partial_key_length(held))

    def ended(self, end: Ending) -> None:
        """Record how the body ended; later calls are ignored."""
        if not self._ended:
            self._ended = True
            self._flush(None)
            self._line({"end": end}, self._after())

    def _flush(self, sure: int | None) -> None:
        """Write the reads within the first `sure` bytes; all of them for `None`."""
        masked = self._mask(b"".join(read.data for read in self._held))
        held, self._held = self._held, []
        position = 0
        for read in held:
            end = position + len(read.data)
            data = masked[position:end]
            if self._held or (sure is not None and end > sure):
                self._held.append(Read(read.after, data))
            else:
                self._line({"read": encode(data)}, read.after)
            position = end

    def _after(self) -> float:
        return round(self._clock() - self._start, 6)

    def _line(self, line: dict[str, Any], after: float) -> None:
        self._write({"exchange": self._number, **line, "after": after})


def _kept(headers: Iterable[tuple[str, str]], mask: Mask) -> dict[str, str]:
    """Return the header fields that a recording keeps; names must be in lower case."""
    return {name: mask.text(value) for name, value in headers if KEPT_HEADERS.fullmatch(name)}
