"""Serialises an `Answer` to a `Wire`: status line, header fields, and body framing."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final

from .answers import Answer, End, Ending, Framing, Pause, Repeat, Step, Wire

LAST_CHUNK: Final = b"0\r\n\r\n"
_NO_BODY: Final = frozenset({204, 304})
_WHOLE: Final = frozenset({"clean", "close"})


def chunk(data: bytes) -> bytes:
    """Frame one chunk of the chunked transfer encoding (RFC 9112, section 7.1).

    An empty chunk would end the body, so empty data is left out.
    """
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return the status line and the header fields (RFC 9112, sections 4 and 5)."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = ""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def to_wire(
    answer: Answer,
    *,
    added: Iterable[tuple[str, str]],
    method: str = "POST",
    chunks: bool = True,
    keep: bool = True,
) -> Wire:
    """Serialise an answer to the bytes of its connection.

    Args:
        answer: The answer.
        added: Header fields to add unless the answer has the field.
        method: The request's method; the answer to a `HEAD` has no body.
        chunks: True if the client understands chunks (HTTP/1.1); otherwise the end of the
            connection ends the body.
        keep: True to leave the connection open after a clean end.
    """
    framing, body = answer.framing, answer.body
    fields: list[tuple[str, str]] = []
    if answer.status in _NO_BODY:
        framing, body = "length", ()
    elif framing == "chunked" and chunks:
        fields = [("transfer-encoding", "chunked")]
    elif framing == "length":
        body = list(body)
        size = sum(len(piece) for piece in body if isinstance(piece, bytes))
        fields = [("content-length", str(size))]
    else:
        framing = "close"
    if method == "HEAD":
        framing, body = "length", ()
    keep = keep and framing != "close"
    if not keep:
        fields.append(("connection", "close"))
    return Wire(_steps(answer, _head(answer, fields, added), body, framing, keep=keep))


def _head(
    answer: Answer, framing: list[tuple[str, str]], added: Iterable[tuple[str, str]]
) -> bytes:
    own = {name for name, _ in answer.headers}
    typed = [("content-type", answer.content_type)] if answer.content_type else []
    fields = [field for field in (*typed, *framing, *added) if field[0] not in own]
    return head(answer.status, [*answer.headers, *fields])


def _steps(
    answer: Answer, first: bytes, body: Iterable[Step], framing: Framing, *, keep: bool
) -> Iterator[Step]:
    yield from answer.before
    if answer.head_every:
        yield from _drip(first, answer.head_every)
    else:
        yield first
    for step in body:
        if isinstance(step, End):
            yield from _end(step.ending, framing, keep=keep)
            return
        yield _chunked(step) if framing == "chunked" else step
    yield from _end(answer.ending, framing, keep=keep)


def _drip(data: bytes, every: float) -> Iterator[Step]:
    for position in range(len(data)):
        yield Pause(every)
        yield data[position : position + 1]


def _end(ending: Ending, framing: Framing, *, keep: bool) -> Iterator[Step]:
    if framing == "chunked" and ending in _WHOLE:
        yield LAST_CHUNK
    yield End("close" if ending == "clean" and not keep else ending)


def _chunked(step: Step) -> Step:
    match step:
        case bytes():
            return chunk(step)
        case Repeat(piece, every, count):
            return Repeat(chunk(piece), every, count)
        case _:
            return step
