"""The base of the protocols: frames of one log in order, bytes for one reader.

Theory of operation. An encoder belongs to one reader and is fed the log from its beginning, because
what a frame becomes depends on those before it: a text part has to be opened before it can grow. A
reader that has the log up to a number gets nothing for the frames up to that number, and from there
on exactly the bytes that it would have got without leaving.

The same frames give the same bytes, whoever encodes them: nothing is random, nothing is a clock's.

If the log has dropped its beginning, an encoder is fed a `Gap`. Where a frame needs none before
it (`stateless`), a reader that has seen all of the gap continues without noticing; another one is
told of the part that it missed. Every other protocol ends with an error.

An encoder is `done` after the end of the log, and earlier if its protocol cannot go on. Then the
response ends: properly, or, if `cut`, by breaking the connection, because the protocol has no other
way to say that the answer is not whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..frames import End, Frame, Gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Encoder(ABC):
    """The frames of one log as bytes for one reader.

    Attributes:
        media_type: The `content-type` of the response.
        headers: Headers beside those that every stream has.
        opening: Bytes to send at once, before there is a frame.
        heartbeat: Bytes to send while nothing happens.
        stateless: True if a frame can be read without those before it.
        done: True once nothing more comes for this reader: the response is over.
        cut: True if the reader must see the end of the response as a broken connection.
    """

    media_type: str = "text/event-stream"
    headers: Mapping[str, str] = MappingProxyType({})
    opening: bytes = b": open\n\n"
    heartbeat: bytes = b": alive\n\n"
    stateless: bool = False
    done: bool = False
    cut: bool = False

    def __init__(self, key: str, *, after: int = 0) -> None:
        self._key = key
        self._after = after

    def encode(self, frame: Frame) -> bytes:
        """Return the bytes of the next frame of the log; there may be none.

        Args:
            frame: The frame. The first one is the first of the log, or a `Gap` if that is no
                longer kept, also for a reader that has seen some.
        """
        if self.done:
            return b""
        event = frame.event
        silent = frame.id <= self._after
        if self.stateless:
            if silent and not isinstance(event, End):
                return b""
            if isinstance(event, Gap):
                frame = Frame(frame.id, Gap(max(event.first, self._after + 1), event.last))
        data = list(self._translate(frame))
        if silent and not self.done:
            return b""
        return self._framed(frame, data)

    @abstractmethod
    def _translate(self, frame: Frame) -> Iterable[bytes]:
        """Return the parts that a frame becomes, without their framing."""

    def _framed(self, frame: Frame, data: Iterable[bytes]) -> bytes:
        """Return parts as events of a stream. The last one has the frame's number.

        A reader whose connection breaks between the parts of a frame gets all of them again.
        """
        *parts, last = [b"data: %b\n\n" % part for part in data] or [b""]
        if last:
            last = b"id: %d\n%b" % (frame.id, last)
        return b"".join((*parts, last))


def sentence_of(end: End) -> str:
    """Return the sentence for a reader about an end that is not whole."""
    return end.message or "The answer is not complete."


def sentence_of_gap(gap: Gap) -> str:
    """Return what a reader is told about a gap, where the protocol cannot go on."""
    return (
        f"The events {gap.first} to {gap.last} of this answer are no longer kept, "
        "so the rest cannot be shown."
    )
