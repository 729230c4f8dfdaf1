"""Recorded answers as bytes on the wire, framed as RFC 9112 allows, and ways to break them."""

import re
from itertools import pairwise

from hypothesis import strategies as st

from .streams import cut_at

EARLY = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
LAST = b"0\r\n\r\n"
BEYOND = b"HTTP/1.1 200 OK\r\nx-next: 1\r\ncontent-length: 7\r\n\r\nBEYOND!"
"""Another answer, for which nobody asked."""

HEAD = (
    b"HTTP/1.1 200 OK\r\nDate: Mon, 16 Mar 2026 19:24:48 GMT\r\n"
    b"Content-Type: text/event-stream; charset=utf-8\r\n%b"
    b"Connection: keep-alive\r\nServer: cloudflare\r\nmistral-correlation-id: 019cf81b\r\n\r\n"
)

FRAMING = st.sampled_from([bytes([each]) for each in b"\r\n\t :;,0159afAF.x\0\x7f\xff"])
"""Bytes that mean something to HTTP, or that it forbids."""


@st.composite
def answers(draw: st.DrawFn, bodies: list[bytes]) -> bytes:
    """Return a body framed in a way that RFC 9112 allows, perhaps with another answer behind it."""
    body = draw(st.sampled_from(bodies))
    before = draw(st.sampled_from([b"", EARLY]))
    if draw(st.booleans()):
        framed, head = body, HEAD % b"Content-Length: %d\r\n" % len(body)
    else:
        places = sorted(draw(st.sets(st.integers(1, len(body) - 1), max_size=5)))
        extension = draw(st.sampled_from([b"", b";a", b";a=b"]))
        coded = [b"%x%b\r\n%b\r\n" % (len(p), extension, p) for p in cut_at(body, places)]
        framed = b"".join(coded) + draw(st.sampled_from([LAST, b"0\r\na: b\r\n\r\n"]))
        head = HEAD % b"Transfer-Encoding: chunked\r\n"
    return before + head + framed + draw(st.sampled_from([b"", BEYOND]))


@st.composite
def changed(draw: st.DrawFn, wire: bytes) -> bytes:
    """Give bytes of which a few were put in, replaced, left out or doubled, mostly at line ends."""
    made = bytearray(wire)
    for _ in range(draw(st.integers(1, 4))):
        ends = [found.start() for found in re.finditer(rb"\n", made)] or [0]
        near = st.sampled_from(ends).flatmap(lambda end: st.integers(end - 4, end + 4))
        at = min(max(0, draw(near | st.integers(0, len(made) - 1))), len(made) - 1)
        size = draw(st.sampled_from([0, 1, 1, 2, 8]))
        there = bytes(made[at : at + size])
        one = st.binary(min_size=1, max_size=1) | FRAMING
        made[at : at + size] = draw(one | st.sampled_from([b"", there * 2]))
    return bytes(made)


@st.composite
def reads_of(draw: st.DrawFn, wire: bytes) -> list[bytes]:
    """Give bytes cut anywhere."""
    places = sorted(draw(st.sets(st.integers(0, len(wire)), max_size=6)))
    return [wire[a:b] for a, b in pairwise([0, *places, len(wire)]) if a < b]
