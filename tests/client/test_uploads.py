"""Files that are sent: what goes over the wire, and what does not stay in memory."""

import io
import json
import os
import tempfile
import tracemalloc
from pathlib import Path

import httpx2
import pytest

from mistralai.client import errors
from mistralai.client._api.filesources import source_of
from mistralai.client.models import File
from mistralai.recording import load
from mistralai.simulator import Answer, Simulator
from mistralai.simulator.tls import make_certificate
from support.fault_table import says
from support.faults import quickly
from support.generated import Broken, Zeros
from support.rawcalls import request, size_of
from support.sink import Sink
from support.unseen import rendered

KEY = "a-key-that-nobody-may-see"
MIB = 1024 * 1024
OK = Answer.of_json({"id": "1"})
LINES = b'{"custom_id": "1"}\n' * 30_000


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(LINES)
    return path


def as_httpx2_writes(got, data, files):
    """The body that httpx2 makes with the boundary of a request."""
    kind = got.headers["content-type"]
    made = httpx2.Request(
        "POST", "http://x", data=data, files=files, headers={"content-type": kind}
    )
    return made.read()


def forms(file):
    """Each kind of file, and what httpx2 is given for the same body."""
    content = ("lines.jsonl", LINES, None)
    return {
        "a path": (file, content),
        "a path as text": (str(file), content),
        "an open file": (file.open("rb"), content),
        "a file without a buffer": (file.open("rb", buffering=0), content),
        "bytes": (b"abc", ("upload", b"abc")),
        "a buffer": (bytearray(b"abc"), ("upload", b"abc")),
        "bytes with a name": (("a.pdf", b"abc"), ("a.pdf", b"abc")),
        "a name with quotes": (('"\n\\é', b"abc"), ('"\n\\é', b"abc")),
        "a path with a name and a type": (("a.txt", file, "a/b"), ("a.txt", LINES, "a/b")),
        "no name": ((None, b"abc"), (None, b"abc")),
        "a File": (
            File(file_name="a.jsonl", content=LINES, content_type="x/y"),
            ("a.jsonl", LINES, "x/y"),
        ),
        "a File as a dict": (
            {"file_name": "a.jsonl", "content": io.BytesIO(LINES)},
            ("a.jsonl", LINES),
        ),
        "nothing": (("a", b""), ("a", b"")),
    }


@pytest.mark.parametrize(
    "colour", ["sync", "trio", "sync on httpx", "asyncio on httpx"], indirect=True
)
def test_a_form_is_what_httpx2_sends_for_each_kind_of_file(colour, file, subtests):
    fields = {"purpose": "batch", "flag": True, "many": [1, 2], "none": None}
    expected = {"purpose": "batch", "flag": "true", "many": ["1", "2"]}
    with Simulator(OK) as sim:
        client = colour.client(server_url=sim.url)
        for name, (ours, theirs) in forms(file).items():
            with subtests.test(name):
                request(colour, client, "POST", "/v1/files", files={"file": ours}, data=fields)
                got = sim.requests[-1]
                assert got.body == as_httpx2_writes(got, expected, {"file": theirs})
                assert got.headers["content-length"] == str(len(got.body))
                if hasattr(ours, "read"):
                    assert not ours.closed
                    ours.close()
        twice = [("file", ("a", b"1")), ("file", ("b", b"2"))]
        request(colour, client, "POST", "/v1/files", files=twice)
        assert sim.requests[-1].body == as_httpx2_writes(sim.requests[-1], {}, twice)


def test_a_file_is_named_as_on_disk_or_not_at_all(file, subtests):
    """`name` of an open file is also a number, None, or bytes."""
    files = {
        "a path": (file.open("rb"), "lines.jsonl"),
        "a path as bytes": (io.FileIO(os.fsencode(file)), "lines.jsonl"),
        "a descriptor": (os.fdopen(os.open(file, os.O_RDONLY), "rb"), "upload"),
        "memory": (io.BytesIO(b"abc"), "upload"),
    }
    for name, (opened, expected) in files.items():
        with subtests.test(name), opened:
            assert source_of("file", opened).name == expected
    with subtests.test("a temporary file"), tempfile.SpooledTemporaryFile() as temporary:
        assert source_of("file", temporary).name == "upload"
        temporary.rollover()
        assert source_of("file", temporary).name == "upload"


@pytest.mark.parametrize("colour", ["sync", "asyncio", "asyncio on httpx"], indirect=True)
def test_a_file_is_sent_again_from_where_it_was_given(colour, file):
    elsewhere = Answer(status=307, headers={"location": "/v1/y"}, framing="length")
    with Simulator([says(429), elsewhere, OK]) as sim, file.open("rb") as opened:
        opened.seek(19)
        client = colour.client(server_url=sim.url, retry_config=quickly())
        request(colour, client, "PUT", "/v1/x", content=opened)
        assert [got.path for got in sim.requests] == ["/v1/x", "/v1/x", "/v1/y"]
        assert [got.body for got in sim.requests] == [LINES[19:]] * 3


def test_attempts_that_overlap_read_a_file_each_at_its_own_place(file):
    with file.open("rb") as opened:
        source = source_of("file", opened)
        pairs = zip(source.pieces(), source.pieces(), strict=True)
        assert [b"".join(pieces) for pieces in zip(*pairs, strict=True)] == [LINES, LINES]


def test_a_pipe_is_sent_in_chunks_and_once(colour):
    reading, writing = os.pipe()
    os.write(writing, b"content")
    os.close(writing)
    with Simulator([says(429), OK]) as sim, os.fdopen(reading, "rb") as pipe:
        client = colour.client(server_url=sim.url, retry_config=quickly())
        with pytest.raises(errors.RateLimitError):
            request(colour, client, "PUT", "/v1/x", content=pipe)
        (got,) = sim.requests
    assert got.headers["transfer-encoding"] == "chunked"
    assert got.body == b"content"


@pytest.mark.parametrize("colour", ["sync", "asyncio", "trio"], indirect=True)
def test_uploads_and_downloads_take_no_memory(colour):
    check_memory(colour, 64 * MIB)


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["sync", "asyncio", "trio"], indirect=True)
def test_uploads_and_downloads_of_two_gigabytes_take_no_memory(colour):
    check_memory(colour, 2 * 1024 * MIB)


def check_memory(colour, size):
    with Sink(size) as sink:
        client = colour.client(server_url=sink.url)
        size_of(colour, client, "/")  # loads what calls use
        tracemalloc.start()
        try:
            request(colour, client, "POST", "/v1/files", files={"file": Zeros(size)})
            assert size_of(colour, client, "/") == size
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert sink.received > size
        assert peak < 8 * MIB


@pytest.mark.parametrize("colour", ["sync", "asyncio", "trio", "uvloop"], indirect=True)
@pytest.mark.usefixtures("fresh_tls_context")
def test_an_answer_in_mid_upload_is_the_error_of_its_status(
    colour, subtests, tmp_path, monkeypatch
):
    certificate = make_certificate("127.0.0.1")
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(certificate.ca_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    for name, tls in {"plain": None, "TLS": certificate.context}.items():
        with subtests.test(name), Sink(refuse_after=MIB // 4, tls=tls) as sink:
            client = colour.client(server_url=sink.url, retry_config=quickly())
            with pytest.raises(errors.SDKError, match="too large") as caught:
                request(colour, client, "POST", "/v1/files", files={"file": Zeros(256 * MIB)})
            assert caught.value.status_code == 413
            assert sink.received < 200 * MIB


def test_a_file_that_cannot_be_read_is_its_own_error_and_is_not_sent_again(colour, file, subtests):
    shorter = r"^files\['file'\] ended \d+ bytes before"
    text = r"^files\['file'\] gives str when it is read, not bytes"
    broken = {
        "an error of the disk": (Broken(4 * MIB), OSError, "Input/output error"),
        "a file that became shorter": (_Shrinking(4 * MIB), OSError, shorter),
        "text": (_Text(4 * MIB), TypeError, text),
    }
    for name, (opened, error, message) in broken.items():
        with subtests.test(name), Sink() as sink:
            client = colour.client(api_key=KEY, server_url=sink.url, retry_config=quickly())
            with pytest.raises(error, match=message) as caught:
                request(colour, client, "POST", "/v1/files", files={"file": opened})
            assert KEY not in rendered(caught.value)
    closed, writable = io.BytesIO(), _Writable()
    closed.close()
    wrong = {
        "no file": (Path("/nowhere"), FileNotFoundError, "nowhere"),
        "a folder": (file.parent, IsADirectoryError, "which is a directory; give a file"),
        "closed": (closed, ValueError, r"^files\['file'\] is a file that was closed"),
        "open for writing": (writable, TypeError, "open for writing; open it in mode 'rb'"),
        "open as text": (io.StringIO(""), TypeError, "open as text; open it in mode 'rb'"),
        "a number": (5, TypeError, r"files\['file'\] takes bytes, a path, or a file .*, not a int"),
        "a long tuple": (("a", b"", "b", {}), TypeError, "is a tuple of 4; give"),
        "a name": ((5, b""), TypeError, "has the filename 5; give a string or None"),
        "a name that is not UTF-8": (
            (b"\xe9.txt".decode("utf-8", "surrogateescape"), b""),
            ValueError,
            r"the name of files\['file'\] is '\\udce9.txt', which UTF-8 cannot hold; give another",
        ),
        "a type": (("a", b"", "a/b\r\n"), ValueError, "has the content type 'a/b"),
    }
    client = colour.client(server_url="http://127.0.0.1:1")
    for name, (given, error, message) in wrong.items():
        with subtests.test(name), pytest.raises(error, match=message):
            request(colour, client, "POST", "/v1/files", files={"file": given})


class _Writable(io.RawIOBase):
    """A file that is not for reading."""


class _Text(Zeros):
    def read(self, size=-1):
        return super().read(size).decode()


class _Shrinking(Zeros):
    def read(self, size=-1):
        self._size = MIB
        return super().read(size)


def test_a_recording_has_a_note_in_place_of_a_file(colour, file, tmp_path):
    recorded = tmp_path / "recording.jsonl"
    with Simulator(OK) as sim:
        client = colour.client(server_url=sim.url, record=recorded)
        files = {"file": file, "other": ("a", b"abc")}
        request(colour, client, "POST", "/v1/files", files=files, data={"purpose": "batch"})
    (exchange,) = load(recorded)
    assert b'name="purpose"\r\n\r\nbatch\r\n' in exchange.body
    assert f"<{len(LINES)} bytes, not recorded>".encode() in exchange.body
    assert b"<3 bytes, not recorded>" in exchange.body
    assert len(recorded.read_bytes()) < 4000
    assert json.loads(exchange.reads[0].data) == {"id": "1"}
