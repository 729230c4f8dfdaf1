"""The lines and chunks of a download, wherever its pieces are cut."""

from mistralai.client._stream.download import Chunks, Lines

TEXT = "é\r\nb\u2028c\n\nd\r"
LINES = ["é", "b\u2028c", "", "d\r"]


def test_lines_and_chunks_are_the_same_wherever_the_pieces_are_cut() -> None:
    content = TEXT.encode()
    for cut in range(len(content) + 1):
        pieces = (content[:cut], content[cut:])
        lines, chunks, whole = Lines(), Chunks(4), Chunks(None)
        assert [line for piece in pieces for line in lines.feed(piece)] + lines.end() == LINES
        sizes = [len(chunk) for piece in pieces for chunk in chunks.feed(piece)]
        assert sizes + [len(chunk) for chunk in chunks.end()] == [4, 4, 4, 1]
        assert [*pieces] == [chunk for piece in pieces for chunk in whole.feed(piece)]


class _Piece(bytes):
    def __radd__(self, other: bytes) -> bytes:
        raise AssertionError("a piece is copied with all before it: quadratic for a large chunk")


def test_the_pieces_of_a_chunk_are_joined_once() -> None:
    chunks = Chunks(3)
    assert [chunks.feed(_Piece(b"a")) for _ in range(4)] == [[], [], [b"aaa"], []]
    assert chunks.end() == [b"a"]
