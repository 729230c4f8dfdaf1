import gzip
import tracemalloc
import zlib

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.client._http.inflate import CODINGS, Inflater
from support.streams import cut_at

WBITS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
FORMS = [*WBITS.items(), ("deflate", -zlib.MAX_WBITS)]
TEXT = b"data: {}\n\n" * 30


def packed(data: bytes, wbits: int) -> bytes:
    zipper = zlib.compressobj(wbits=wbits)
    return zipper.compress(data) + zipper.flush()


def pieces(inflater: Inflater, data: bytes) -> list[bytes]:
    """Decompress some data; return the pieces in which the inflater yields it."""
    found = [inflater.feed(data)]
    while found[-1]:
        found.append(inflater.more())
    return found


def test_every_coding_has_a_form() -> None:
    assert {coding for coding, _ in FORMS} == CODINGS


@pytest.mark.uncounted
@settings(max_examples=400)
@given(st.sampled_from(FORMS), st.binary() | st.just(TEXT), st.lists(st.integers(0, 60)))
def test_however_it_is_cut_a_body_is_what_was_compressed(
    form: tuple[str, int], data: bytes, cuts: list[int]
) -> None:
    """Invariant: however a compressed body is cut, the result is what was compressed."""
    coding, wbits = form
    body = packed(data, wbits)
    places = sorted(min(cut, len(body)) for cut in cuts)
    inflater = Inflater(coding)
    fed = [piece for part in cut_at(body, places) if part for piece in pieces(inflater, part)]
    assert b"".join(fed) == data


def test_a_body_is_yielded_in_pieces_of_bounded_size(subtests: pytest.Subtests) -> None:
    for coding, wbits in FORMS:
        with subtests.test(coding=coding, wbits=wbits):
            size = 20 * 1024 * 1024
            body = packed(bytes(size), wbits)
            inflater = Inflater(coding)
            tracemalloc.start()
            found = len(inflater.feed(body))
            while piece := inflater.more():
                found += len(piece)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert found == size
            assert peak < 1024 * 1024


def test_nothing_is_left_before_anything_was_read() -> None:
    assert Inflater("gzip").more() == b""


def wrong_checksum(wbits: int) -> bytes:
    body = packed(TEXT, wbits)
    return body[:-5] + bytes([body[-5] ^ 1]) + body[-4:]


CORRUPT = {
    "not gzip": ("gzip", TEXT),
    "gzip that was changed": ("gzip", wrong_checksum(WBITS["gzip"])),
    "not deflate": ("deflate", TEXT),
    "deflate that was changed": ("deflate", packed(TEXT, WBITS["deflate"])[:-1] + b"?"),
}


def test_corrupt_compression_is_a_decoding_error(subtests: pytest.Subtests) -> None:
    for name, (coding, body) in CORRUPT.items():
        with subtests.test(name):
            with pytest.raises(httpx2.DecodingError, match="Error -3") as caught:
                pieces(Inflater(coding), body)
            assert isinstance(caught.value.__cause__, zlib.error)


def test_a_body_that_ends_before_its_compressed_data_is_broken(subtests: pytest.Subtests) -> None:
    for coding, wbits in FORMS:
        with subtests.test(coding, wbits=wbits):
            body = packed(TEXT, wbits)
            for size in range(len(body) + 1):
                inflater = Inflater(coding)
                read = b"".join(pieces(inflater, body[:size]))
                if size in {0, len(body)}:
                    inflater.end()
                    continue
                assert TEXT.startswith(read)
                with pytest.raises(httpx2.RemoteProtocolError, match="in the middle"):
                    inflater.end()


def test_a_gzip_body_of_several_members_is_read_to_its_end() -> None:
    text = b"world " * 30_000
    members = [gzip.compress(b"Hello "), *[gzip.compress(b"")] * 2000, gzip.compress(text)]
    body = b"".join(members) + b"\0" * 20
    for size in (1, 7, 1000, len(body)):
        inflater = Inflater("gzip")
        read = b""
        for at in range(0, len(body), size):
            read += inflater.feed(body[at : at + size])
            while more := inflater.more():
                read += more
        assert read == b"Hello " + text, size
