"""Downloads: pieces as they arrive, and the file as a whole, its lines or its chunks."""

import pytest

from mistralai.client import Mistral
from mistralai.client.errors import IncompleteStreamError, MistralClientError, NotFoundError
from mistralai.simulator import Answer, End, Gate, Simulator
from support.colours import SyncColour


def file_of(*steps):
    return Answer(content_type="application/octet-stream", body=steps)


@pytest.fixture
def download(colour):
    """Return a function that begins the download of such a file."""
    simulators = []

    def begin(*steps):
        simulators.append(Simulator(file_of(*steps)))
        simulators[-1].start()
        client = colour.client(server_url=simulators[-1].url)
        return colour.ask(client.files, "download", file_id="f")

    yield begin
    for sim in simulators:
        sim.stop()


def close(colour, stream):
    colour.call(stream.close)


def test_a_piece_is_given_before_the_rest_has_come_and_none_is_kept(colour, download):
    gate = Gate()
    stream = download(b"one", gate, b"two")
    assert (stream.status_code, stream.end_reason) == (200, None)
    assert colour.next(stream) == b"one"
    gate.open()
    assert colour.collect(stream) == [b"two"]
    assert stream.end_reason == "done"
    assert colour.call(stream.read) == b""


WHOLE = {
    "bytes": (lambda stream: stream.content, "é\r\nb\u2028c\nd".encode()),
    "text": (lambda stream: stream.text, "é\r\nb\u2028c\nd"),
    "again": (lambda stream: stream.content, "é\r\nb\u2028c\nd".encode()),
}


def test_a_file_is_read_whole_and_kept_then(colour, download, subtests):
    stream = download(b"\xc3", b"\xa9\r\nb\xe2\x80", b"\xa8c\nd")
    colour.call(stream.read)
    for name, (read, expected) in WHOLE.items():
        with subtests.test(name):
            assert read(stream) == expected
    json = download(b'{"a":', b" 1}")
    colour.call(json.read)
    assert json.json() == {"a": 1}


def in_parts(colour, stream, name, *args):
    """Return the parts of a download by the synchronous name of a method."""
    method = name if isinstance(colour, SyncColour) else f"a{name}"
    return colour.collect(getattr(stream, method)(*args))


PARTS = {
    "lines": ("iter_lines", (), ["é", "b\u2028c", "", "d"]),
    "chunks": ("iter_bytes", (4,), [b"\xc3\xa9\r\n", b"b\xe2\x80\xa8", b"c\n\nd"]),
    "one chunk": ("iter_bytes", (99,), ["é\r\nb\u2028c\n\nd".encode()]),
}


def test_a_file_is_read_in_parts(colour, download, subtests):
    for name, (method, args, expected) in PARTS.items():
        with subtests.test(name):
            stream = download(b"\xc3", b"\xa9\r\nb\xe2\x80", b"\xa8c\n\nd")
            found = in_parts(colour, stream, method, *args)
            assert found == expected
    with subtests.test("chunks of any size"):
        assert b"".join(in_parts(colour, download(b"ab", b"c"), "iter_bytes")) == b"abc"
    with subtests.test("what was read before"):
        stream = download(b"a\nb\n")
        colour.call(stream.read)
        assert in_parts(colour, stream, "iter_lines") == ["a", "b"]
    with subtests.test("a wrong size"):
        stream = download(b"a")
        with pytest.raises(ValueError, match="chunk_size is 0"):
            in_parts(colour, stream, "iter_bytes", 0)
        close(colour, stream)


def test_a_file_that_breaks_off_raises_after_the_pieces_that_came(colour, download):
    stream = download(b"one", End("cut"))
    assert colour.next(stream) == b"one"
    with pytest.raises(MistralClientError):
        colour.next(stream)
    with pytest.raises(MistralClientError):
        colour.call(stream.read)
    closed = download(b"one", Gate())
    close(colour, closed)
    with pytest.raises(IncompleteStreamError):
        colour.call(closed.read)


def test_a_missing_file_raises_before_any_piece(colour, sim):
    files = colour.client(server_url=sim.url).files
    with pytest.raises(NotFoundError, match="'none'"):
        colour.ask(files, "download", file_id="none")
    request = sim.requests[-1]
    assert request.headers["accept"] == "application/octet-stream"


@pytest.mark.anyio
async def test_an_async_download_is_used_in_each_of_the_three_ways(sim):
    async with Mistral("key", server_url=sim.url) as client:
        made = await client.files.upload_async(file=b"abc")
        async with client.files.download_async(file_id=made.id) as download:
            assert await download.aread() == b"abc"
        assert [piece async for piece in client.files.download_async(file_id=made.id)] == [b"abc"]
        async with await client.files.download_async(file_id=made.id) as download:
            with pytest.raises(RuntimeError, match=r"await download\.aread"):
                _ = download.content
            assert b"".join([piece async for piece in download.stream]) == b"abc"
