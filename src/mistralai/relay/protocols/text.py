"""`text`: the text of choice 0, and nothing else.

It has no room for comments, numbers or errors. An answer that is not whole breaks the
connection off, which is the one thing that a reader of plain text can notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistralai.client.deltas import TextDelta

from ..frames import End, Gap
from .encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..frames import Frame


class TextEncoder(Encoder):
    """The protocol `text`."""

    media_type = "text/plain; charset=utf-8"
    opening = b""
    heartbeat = b""
    stateless = True

    def _translate(self, frame: Frame) -> Iterator[bytes]:
        match frame.event:
            case TextDelta(choice_index=0, text=text):
                yield text.encode("utf-8", "replace")
            case Gap():
                self.done = self.cut = True
            case End(status=status):
                self.done, self.cut = True, status != "ended"
            case _:
                pass

    def _framed(self, frame: Frame, data: Iterable[bytes]) -> bytes:  # noqa: ARG002
        return b"".join(data)
