"""Small files of many formats, for tests of attachments. The smallest that programs open."""

import base64
import io
import json
import struct
import wave
import zipfile
import zlib
from pathlib import Path

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"


def _from_base64(text: str) -> bytes:
    return base64.b64decode("".join(text.split()))


def _png() -> bytes:
    def block(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    blocks = block(b"IHDR", header) + block(b"IDAT", pixels) + block(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + blocks


def _jpeg() -> bytes:
    return _from_base64(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8M"
        "CgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
    )


def _gif() -> bytes:
    return _from_base64("R0lGODdhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=")


def _webp() -> bytes:
    return _from_base64("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")


def _bmp() -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 58, 0, 0, 54) + header + b"\0\0\xff\0"


def _tiff() -> bytes:
    fields = [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    fields += [(277, 3, 1), (278, 3, 1), (279, 4, 1)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in fields)
    return struct.pack("<2sHIB3xH", b"II", 42, 12, 255, len(fields)) + entries + bytes(4)


def _pdf() -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%bendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 4\n0000000000 65535 f \n"
    end = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + head + table + end


def _zipped(**members: str) -> bytes:
    """Return a ZIP archive; `__` in a name is `/`, and `Content_Types` is the office formats'."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            path = name.replace("__", "/").replace("Content_Types", "[Content_Types].xml")
            archive.writestr(path, content)
    return file.getvalue()


def _office(path: str) -> bytes:
    return _zipped(Content_Types="<Types/>", **{path.replace("/", "__"): "<x/>"})


def _wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(8000)
        audio.writeframes(bytes(80))
    return file.getvalue()


def _flac() -> bytes:
    stream = struct.pack(">HH6xQ16x", 4096, 4096, (44100 << 44) | (15 << 36))
    return b"fLaC" + b"\x80\0\0\x22" + stream


def _ogg() -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    page = b"OggS" + struct.pack("<BBqIII", 0, 2, 0, 1, 0, 0)
    return page + bytes([1, len(head)]) + head


SENT: dict[str, tuple[bytes, str]] = {
    "pixel.png": (_png(), "image/png"),
    "png-that-says.txt": (_png(), "image/png"),
    "two words.png": (_png(), "image/png"),
    "photo.jpg": (_jpeg(), "image/jpeg"),
    "pixel.gif": (_gif(), "image/gif"),
    "pixel.webp": (_webp(), "image/webp"),
    "pixel.bmp": (_bmp(), "image/bmp"),
    "pixel.tiff": (_tiff(), "image/tiff"),
    "page.pdf": (_pdf(), "application/pdf"),
    "no-ending": (_pdf(), "application/pdf"),
    "letter.docx": (
        _office("word/document.xml"),
        f"{_OFFICE}.wordprocessingml.document",
    ),
    "talk.pptx": (_office("ppt/presentation.xml"), f"{_OFFICE}.presentationml.presentation"),
    "sums.xlsx": (_office("xl/workbook.xml"), f"{_OFFICE}.spreadsheetml.sheet"),
    "letter.odt": (_zipped(mimetype=f"{_OPEN}.text", content__xml="<x/>"), f"{_OPEN}.text"),
    "book.epub": (_zipped(mimetype="application/epub+zip"), "application/epub+zip"),
    "letter.rtf": (rb"{\rtf1\ansi Hello.\par}", "application/rtf"),
    "tone.wav": (_wav(), "audio/wav"),
    "tone.mp3": (b"\xff\xfb\x90\x00" + bytes(413), "audio/mpeg"),
    "tone.flac": (_flac(), "audio/flac"),
    "tone.ogg": (_ogg(), "audio/ogg"),
    "notes.md": ("# Naïve\n\nwords\n".encode(), "text/plain"),
    "mark.csv": ("a;b\r\nä;ö\r\n".encode("utf-16"), "text/plain"),
    "old.txt": ("déjà vu “x”\n".encode("cp1252"), "text/plain"),
    "text-that-says.png": (b"print('hello')\n", "text/plain"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain"),
    "work.ipynb": (json.dumps({"cells": [], "nbformat": 4}).encode(), "text/plain"),
}
"""Files that can be sent, each with its media type."""

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "is empty"),
    "things.zip": (_zipped(a__txt="x"), "is a ZIP archive"),
    "broken.docx": (_office("word/document.xml")[:60], "is a damaged ZIP archive"),
    "notes.gz": (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "is compressed"),
    "clip.mp4": (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "is a video"),
    "program": (b"\x7fELF\2\1\1" + bytes(60), "is a program"),
    "noise.bin": (bytes(range(1, 256)), "the type of "),
}
"""Files that cannot be sent, each with the reason."""


def write_all(folder: Path, files: dict[str, tuple[bytes, str]]) -> None:
    """Write the files into a folder."""
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
