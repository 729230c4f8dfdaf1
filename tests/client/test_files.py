"""Stored files: each method against the state of a simulator."""

import io

import pytest

from mistralai.client import Mistral
from mistralai.client.errors import InternalServerError, NotFoundError
from mistralai.client.models import (
    CreateFileResponse,
    DeleteFileResponse,
    File,
    FileSchema,
    GetFileResponse,
    GetSignedURLResponse,
    ListFilesResponse,
)
from mistralai.simulator import Answer, Simulator
from support.paging import items

TEXT = '{"custom_id": "é"}'


def test_a_file_is_uploaded_found_and_deleted(colour, sim):
    files = colour.client(server_url=sim.url).files
    made = colour.ask(
        files,
        "upload",
        file=File(file_name="a.jsonl", content=b"1\n2\n"),
        purpose="batch",
        expiry=3,
    )
    assert type(made) is CreateFileResponse
    assert (made.filename, made.size_bytes, made.num_lines) == ("a.jsonl", 4, 2)
    assert (made.purpose, made.visibility, made.source) == ("batch", "workspace", "upload")
    assert made.request_id == made.headers["mistral-correlation-id"]
    found = colour.ask(files, "retrieve", file_id=made.id)
    assert type(found) is GetFileResponse
    assert (found.id, found.deleted) == (made.id, False)
    listed = colour.ask(files, "list", purpose="batch", source=["upload", "mistral"])
    assert type(listed) is ListFilesResponse
    assert ([type(file) for file in listed.data], listed.total) == ([FileSchema], 1)
    assert colour.ask(files, "list", search="b", include_total=False).total is None
    signed = colour.ask(files, "get_signed_url", file_id=made.id, expiry=2)
    assert type(signed) is GetSignedURLResponse
    assert f"{sim.url}/signed/{made.id}?" in signed.url
    gone = colour.ask(files, "delete", file_id=made.id)
    assert type(gone) is DeleteFileResponse
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(NotFoundError):
        colour.ask(files, "retrieve", file_id=made.id)


def given(path):
    """Return files of each kind with the content `TEXT`, and their names on the server."""
    name = path.name
    return {
        "a path": (path, name),
        "a path as text": (str(path), name),
        "bytes": (TEXT.encode(), "upload"),
        "an open file": (path.open("rb"), name),
        "an open file from where it stands": (_after(path, b"skipped"), name),
        "a buffer": (io.BytesIO(TEXT.encode()), "upload"),
        "a File of bytes": (File(file_name="x.txt", content=TEXT.encode()), "x.txt"),
        "a File of an open file": (File(file_name="x.txt", content=path.open("rb")), "x.txt"),
        "a dict": ({"file_name": "x.txt", "content": TEXT.encode()}, "x.txt"),
        "a dict with text": ({"file_name": "x.txt", "content": TEXT}, "x.txt"),
        "a dict with a text file": ({"file_name": "x.txt", "content": path.open()}, "x.txt"),
        "a dict with a text buffer": (
            {"file_name": "x.txt", "content": io.StringIO(TEXT)},
            "x.txt",
        ),
        "a pair": (("x.txt", TEXT.encode()), "x.txt"),
    }


def _after(path, skipped):
    path = path.with_name("skipped") / path.name
    path.parent.mkdir()
    path.write_bytes(skipped + TEXT.encode())
    file = path.open("rb")
    file.seek(len(skipped))
    return file


def test_a_file_may_be_given_in_many_ways(colour, sim, tmp_path, subtests):
    path = tmp_path / "rows.jsonl"
    path.write_text(TEXT, "utf-8")
    files = colour.client(server_url=sim.url).files
    for kind, (file, name) in given(path).items():
        with subtests.test(kind):
            made = colour.ask(files, "upload", file=file)
            assert (made.filename, made.size_bytes) == (name, len(TEXT.encode()))
            content = getattr(file, "content", file["content"] if type(file) is dict else file)
            if isinstance(content, io.IOBase):
                content.close()


WRONG = {
    "a number": (5, TypeError, "takes bytes, a path, or a file"),
    "a text file": (io.StringIO("x"), TypeError, "open it in mode 'rb'"),
    "no name": ({"content": "x"}, TypeError, "takes bytes, a path, or a file"),
    "a missing path": ("/nowhere/x", FileNotFoundError, "/nowhere/x"),
}


def test_a_wrong_file_is_refused_before_anything_is_sent(subtests):
    files = Mistral("key", server_url="http://127.0.0.1:9").files
    for name, (file, error, text) in WRONG.items():
        with subtests.test(name), pytest.raises(error, match=text):
            files.upload(file=file)


def test_the_text_of_a_file_without_a_name_is_its_content_and_no_path(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("secret")
    with Simulator([Answer.of_json({"id": "f"})]) as sim:
        Mistral("key", server_url=sim.url).files.upload(
            file={"file_name": None, "content": str(path)}
        )
        body = sim.requests[0].body
    assert str(path).encode() in body
    assert b"secret\r\n" not in body


def test_an_upload_that_was_sent_is_repeated_after_429_alone(colour, subtests):
    busy = {"retry-after": "0"}
    for status, requests in {429: 2, 503: 1}.items():
        answers = [Answer(status=status, headers=busy), Answer.of_json({"id": "f"})]
        with subtests.test(str(status)), Simulator(answers) as sim:
            files = colour.client(server_url=sim.url).files
            if requests == 1:
                with pytest.raises(InternalServerError):
                    colour.ask(files, "upload", file=b"x", retries=3)
            else:
                assert colour.ask(files, "upload", file=b"x", retries=3).id == "f"
            assert len(sim.requests) == requests


def test_the_files_of_all_pages_are_given_and_each_page_is_requested_when_reached(colour, sim):
    files = colour.client(server_url=sim.url).files
    for number in range(5):
        colour.ask(files, "upload", file=(f"{number}", b"x"))
    before = len(sim.requests)
    found = items(colour, files, "iterate", page_size=2, search="")
    assert len(sim.requests) == before
    assert [file.filename for file in colour.collect(found)] == [*"43210"]
    pages = [request.target for request in sim.requests[before:]]
    assert [target.partition("page=")[2][0] for target in pages] == [*"012"]
    rest = items(colour, files, "iterate", page=1, page_size=2)
    assert [file.filename for file in colour.collect(rest)] == [*"210"]
    with pytest.raises(TypeError, match=r"iterate(_async)?\(\) got an unexpected keyword.*'size'"):
        items(colour, files, "iterate", size=2)
