"""A call whose answer is a body, given piece by piece as it comes.

Attempts are made until the response headers of one have come. From then on the caller may have a
part of the body, so that a failure ends the call. A piece that was taken is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import MistralClientError
from .rawreader import NoAnswer
from .steps import Close
from .streamed import StreamedCall

if TYPE_CHECKING:
    from .steps import CallSpec, Environment, Steps


class BytesCall(StreamedCall[NoAnswer]):
    """A call whose answer is the bytes of a body, decompressed.

    Attributes:
        ready: The piece for the caller to take, if there is one.
    """

    __slots__ = ("ready",)

    def __init__(self, spec: CallSpec, environment: Environment) -> None:
        """Prepare a call; `open` sends its request."""
        super().__init__(spec, environment, NoAnswer(), partial="", unit="byte")
        self.ready: list[bytes] = []

    def open(self) -> Steps[None]:
        """Send the request until its answer begins.

        Raises:
            MistralClientError: The last attempt failed.
        """
        yield from self._attempts.send()
        self.timing.bytes = 0  # without the bodies of errors before

    def pump(self) -> Steps[None]:
        """Read a piece, or the end of the body."""
        attempts = self._attempts
        attempts.clock.begin_wait()
        if self.ready or self.end_reason is not None:
            return
        try:
            data = yield from attempts.read()
        except MistralClientError as error:
            yield Close()
            self._end("error", error)
        else:
            if data:
                attempts.record_pieces(1, content=True)
                self.ready.append(data)
                return
            yield Close()
            self._end("done", None)
        self.tell_end()

    def take(self) -> bytes:
        """Remove the piece that is ready, and return it."""
        return self.ready.pop()
