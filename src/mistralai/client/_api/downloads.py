"""The kind of streams that `client.files.download` returns; its first call loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._call.bytesflow import BytesCall
from .._stream.download import Download, DownloadAsync
from .streams import StreamKind

if TYPE_CHECKING:
    from typing import TypeAlias

Downloads: TypeAlias = StreamKind[Download, DownloadAsync]

DOWNLOADS: Final[Downloads] = StreamKind(BytesCall, Download, DownloadAsync)
"""Files, piece by piece."""
