"""Attachments: files, URLs and standard input, as chunks in the format of the API."""

import base64
import sys

import pytest

from mistralai.simulator import Answer, Simulator
from support.attachments import REFUSED, SENT, write_all
from support.commands import ask
from support.terminal import in_terminal


@pytest.fixture(scope="module")
def echo():
    with Simulator("echo") as sim:
        yield sim


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attachments")
    write_all(folder, SENT)
    write_all(folder, REFUSED)
    return folder


def content(sim):
    """Return the content of the last question."""
    return sim.requests[-1].json["messages"][-1]["content"]


def chunk_of(name, data, mime):
    """Return the chunk in which a file that is not text is sent."""
    encoded = base64.b64encode(data).decode()
    url = f"data:{mime};base64,{encoded}"
    match mime.partition("/")[0]:
        case "image":
            return {"type": "image_url", "image_url": url}
        case "audio":
            return {"type": "input_audio", "input_audio": encoded}
        case _:
            return {"type": "document_url", "document_url": url, "document_name": name}


def test_a_file_is_sent_as_its_content_requires(echo, folder, subtests):
    for name, (data, mime) in SENT.items():
        with subtests.test(name):
            done = ask(echo, "-a", str(folder / name), "What is this?")
            assert done.returncode == 0
            first, chunk = content(echo)
            assert first == {"type": "text", "text": "What is this?"}
            if mime != "text/plain":
                assert chunk == chunk_of(name, data, mime)
                assert done.stderr == ""
            else:
                assert chunk["text"].startswith(f'<file name="{name}">\n')
                assert chunk["text"].endswith("\n</file>")
    assert "a;b\nä;ö\n" in text_sent(echo, folder / "mark.csv")
    done = ask(echo, "-a", str(folder / "old.txt"), "x")
    assert "déjà vu “x”\n" in content(echo)[1]["text"]
    assert "old.txt is not UTF-8; read as Windows-1252" in done.stderr


def text_sent(sim, path):
    ask(sim, "-a", str(path), "x")
    return content(sim)[1]["text"]


def test_a_file_that_cannot_be_sent_is_named_with_the_reason(echo, folder, subtests):
    before = len(echo.requests)
    large = folder / "large.pdf"
    with large.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        file.truncate(50_000_001)
    more = {
        "missing.png": "missing.png cannot be attached: No such file or directory",
        ".": "is a directory. Attach its files",
        "large.pdf": "large.pdf is larger than 50 MB",
    }
    for name, reason in {**{name: reason for name, (_, reason) in REFUSED.items()}, **more}.items():
        with subtests.test(name):
            done = ask(echo, "-a", str(folder / name), "x")
            assert (done.stdout, done.returncode) == ("", 2)
            assert done.stderr.startswith("mistralai: ")
            assert done.stderr.count("\n") == 1
            assert reason in done.stderr
    assert len(echo.requests) == before
    large.unlink()


def test_standard_input_and_several_files_are_attached_in_order(echo, folder):
    pdf, png = SENT["page.pdf"][0], SENT["pixel.png"][0]
    done = ask(echo, "-a", "-", "-a", str(folder / "pixel.png"), stdin=pdf)
    assert done.returncode == 0
    assert content(echo) == [
        chunk_of("stdin", pdf, "application/pdf"),
        chunk_of("pixel.png", png, "image/png"),
    ]
    twice = ask(echo, "-a", "-", "-a", "-", "x", stdin=pdf)
    assert (twice.returncode, "was read before" in twice.stderr) == (2, True)


def test_a_file_in_a_prompt_is_text(echo, folder):
    ask(echo, f"What is in @{folder}/notes.md?")
    assert content(echo) == f"What is in @{folder}/notes.md?"


def test_a_url_is_sent_if_the_server_can_fetch_it_and_else_its_content(echo, subtests):
    pdf, png, docx, text = (
        SENT[name][0] for name in ("page.pdf", "pixel.png", "letter.docx", "notes.md")
    )
    long = pdf + b"% end\n" * 200_000
    for secure, data, sent in [
        (True, pdf, "document_url"),
        (True, long, "document_url"),
        (True, docx, "document_url"),
        (True, png, "image_url"),
        (False, png, "data"),
        (True, text, "text"),
    ]:
        with (
            subtests.test(f"{sent}, {len(data)} bytes, {secure}"),
            Simulator(Answer(body=[data], content_type="any/thing"), tls=secure) as site,
        ):
            url = f"{site.url}/folder/a%20file?x=1"
            trust = {"SSL_CERT_FILE": str(site.ca_file)} if secure else {}
            done = ask(echo, "-a", url, "x", **trust)
            assert (done.stderr, done.returncode) == ("", 0)
            assert "authorization" not in site.requests[0].headers
            chunk = content(echo)[1]
            if sent == "text":
                assert chunk["text"] == f'<file name="a file">\n{text.decode()}</file>'
            elif sent == "data":
                assert chunk == chunk_of("a file", png, "image/png")
            else:
                assert chunk[sent] == url
                assert chunk.get("document_name") == ("a file" if "doc" in sent else None)


def test_a_url_that_cannot_be_attached_is_named_with_the_reason(echo, subtests):
    noise = REFUSED["noise.bin"][0]
    for site, reason, code in [
        (Answer(body=[noise], content_type="any/thing"), "the server says it is any/thing", 2),
        (Answer(status=404), "the server answers with status 404", 1),
        (Answer(headers={"content-length": "50000001"}, framing="close"), "larger than 50 MB", 2),
        (None, "cannot be fetched", 5),
    ]:
        with subtests.test(reason), Simulator(site or "echo") as server:
            url = f"{server.url}/x" if site else "http://127.0.0.1:9/x"
            done = ask(echo, "-a", url, "x")
            assert (done.stdout, done.returncode) == ("", code)
            assert reason in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_a_conversation_attaches_to_the_next_question(echo, folder, tmp_path):
    environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": echo.url}
    options = ["-a", str(folder / "pixel.png")]
    with in_terminal(
        "chat", *options, columns=200, XDG_STATE_HOME=str(tmp_path), **environment
    ) as term:
        term.wait_for("attached: pixel.png (image/png, 69 bytes)\n>")
        term.send(f"/attach '{folder / 'tone.wav'}' {folder}/no\\-ending {folder / 'none'}\r")
        term.wait_for("none cannot be attached: No such file or directory", ", no-ending (")
        term.send("/attach -\r")
        term.wait_for("attached: nothing")
        term.send(f"/attach {folder / 'two words.png'}\r")
        term.wait_for("attached: two words.png (image/png")
        term.send(f'/attach "{folder / "page.pdf"}"\r')
        term.wait_for("two words.png (image/png, 69 bytes), page.pdf (application/pdf, 299 bytes)")
        term.send("Whose are these?\r")
        term.wait_for("Whose are these?\nWhose are these?\n>")
        assert [chunk["type"] for chunk in content(echo)] == ["text", "image_url", "document_url"]
        term.send("/retry\r")
        term.wait_for("> /retry\nWhose are these?\n>")
        assert len(content(echo)) == 3
        term.send(f"/attach {folder / 'page.pdf'}\r")
        term.wait_for("attached: page.pdf")
        term.send("/attach -\r")
        term.wait_until(lambda now: now.count("attached: nothing") == 2, "nothing attached")
        term.send(f"/save {tmp_path / 'chat.md'}\r")
        term.wait_for("saved 2 messages")
        term.send("/undo\r")
        term.wait_for("removed: Whose are these?")
        term.send("next\r")
        term.wait_for("next\nnext\n>")
        assert content(echo) == "next"
        term.exit_prompt()
    saved = (tmp_path / "chat.md").read_text("utf-8")
    assert saved.startswith("## You\n\nWhose are these?\n\n(an image)\n\n(the document page.pdf)\n")
