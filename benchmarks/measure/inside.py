"""The cost of decoding and accumulating, without a network, for this package alone.

Decoding is compared with the least possible: a split by hand, and msgspec structs that drop unknown
fields.
"""

import contextlib
import time

from mistralai.client._answer.accumulate import Accumulator
from mistralai.client._call.reader import EventReader
from mistralai.client._call.response import Head
from mistralai.client.sse import SSEDecoder

from ..shapes import PIECE, WORDS, event


def decoding(_client, _base, *, events, repeats, **_):
    """Return µs from bytes to `CompletionEvent`, also as a multiple of the split by hand."""
    figures = {}
    for kind in ("text", "thinking"):
        body = b"".join(_deltas(kind, events))
        pieces = [body[i : i + PIECE] for i in range(0, len(body), PIECE)]
        ours = _least(repeats, _decode, pieces) / events
        figures[f"{kind}_us"] = ours * 1e6
        with contextlib.suppress(ModuleNotFoundError):
            floor = _least(repeats, _split, pieces, _structs(kind)) / events
            figures[f"{kind}_msgspec_us"] = floor * 1e6
            figures[f"{kind}_times_msgspec"] = ours / floor
    return figures


def accumulation(_client, _base, *, deltas, repeats, **_):
    """Return µs per delta, also as a share of its decoding."""
    figures = {}
    for kind in ("text", "thinking", "tools"):
        for count in deltas:
            body = [b"".join(_deltas(kind, count))]
            chunks = [event.data for event in _events(body)]
            decoding = _least(repeats, _decode, body)
            adding = _least(repeats, _accumulate, chunks)
            figures[f"{kind}_{count}_us"] = adding * 1e6 / count
            figures[f"{kind}_{count}_share"] = adding / decoding
    return figures


def _deltas(kind, count):
    if kind == "tools":
        call = {"id": "CwQaofdEd", "type": "function", "index": 0}
        yield event({"tool_calls": [call | {"function": {"name": "write", "arguments": ""}}]})
        count -= 1
    for number in range(count):
        word = WORDS[number % len(WORDS)]
        if kind == "tools":
            piece = {"index": 0, "function": {"name": "", "arguments": word}}
            yield event({"tool_calls": [piece]}, number)
        elif kind == "thinking":
            thought = {"type": "thinking", "thinking": [{"type": "text", "text": word}]}
            yield event({"content": [thought]}, number)
        else:
            yield event({"content": word}, number)


def _least(repeats, work, *arguments):
    """Return the least seconds of CPU that a function takes."""
    times = []
    for _ in range(repeats):
        before = time.process_time()
        work(*arguments)
        times.append(time.process_time() - before)
    return min(times)


def _events(pieces):
    decoder = SSEDecoder()
    reader = EventReader(Head(200, {}, None, None), 0.0)
    for piece in pieces:
        for sse in decoder.pieces(piece):
            yield reader.read(sse)


def _decode(pieces):
    for _ in _events(pieces):  # as in a stream, no event is kept
        pass


def _accumulate(chunks):
    accumulator = Accumulator()
    for chunk in chunks:
        accumulator.add(chunk)
    return accumulator.snapshot()


def _split(pieces, decode):
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n\n")
        for one in whole:
            decode(one[6:])


def _structs(kind):
    from . import structs

    return structs.read_text if kind == "text" else structs.read_thinking
