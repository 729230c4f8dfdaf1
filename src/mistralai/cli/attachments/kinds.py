"""The kind of a file, recognised by its bytes and never by the ending of its name."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import zipfile
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Part(Enum):
    """The type of chunk in which a file is sent."""

    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    TEXT = "text"
    NONE = "none"
    """The API has no chunk for it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a file.

    Attributes:
        part: The type of chunk.
        mime: The media type; for `NONE`, a description with its article.
    """

    part: Part
    mime: str


def _image(name: str) -> Kind:
    return Kind(Part.IMAGE, f"image/{name}")


def _document(name: str) -> Kind:
    return Kind(Part.DOCUMENT, f"application/{name}")


def _audio(name: str) -> Kind:
    return Kind(Part.AUDIO, f"audio/{name}")


def _unsendable(name: str) -> Kind:
    return Kind(Part.NONE, name)


HEAD: Final = 4096
"""The first bytes that are enough for every kind but the formats in ZIP archives."""

ARCHIVE: Final = b"PK\x03\x04"
"""The first bytes of a ZIP archive; what it holds is at its end."""

_SIGNATURES: Final = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\x89PNG\r\n\x1a\n", _image("png")),
        (rb"\xff\xd8\xff", _image("jpeg")),
        (rb"GIF8[79]a", _image("gif")),
        (rb"RIFF.{4}WEBP", _image("webp")),
        (rb"BM.{4}\0{4}", _image("bmp")),
        (rb"II\*\0|MM\0\*", _image("tiff")),
        (rb".{4}ftypavi[fs]", _image("avif")),
        (rb".{4}ftyp(hei[cx]|mif1)", _image("heic")),
        (rb"(\xef\xbb\xbf)?\s{0,8}%PDF-\d", _document("pdf")),
        (rb"\{\\rtf", _document("rtf")),
        (rb"RIFF.{4}WAVE", _audio("wav")),
        (rb"ID3[\2-\4]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", _audio("mpeg")),
        (rb"\xff[\xf0\xf1\xf8\xf9]", _audio("aac")),
        (rb"fLaC", _audio("flac")),
        (rb"OggS", _audio("ogg")),
        (rb".{4}ftypM4[AB] ", _audio("mp4")),
        (rb"FORM.{4}AIF[FC]", _audio("aiff")),
        (rb"#!AMR", _audio("amr")),
        (rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI ", _unsendable("a video")),
        (rb"\x1f\x8b|BZh\d|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf", _unsendable("compressed")),
        (rb"\x7fELF|MZ.{58}|\xcf\xfa\xed\xfe", _unsendable("a program")),
        (rb"SQLite format 3\0", _unsendable("an SQLite database")),
    )
)
"""Patterns at the beginning of a file; the first that matches counts."""

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_STREAMS: Final = (
    ("WordDocument", _document("msword")),
    ("Workbook", _document("vnd.ms-excel")),
    ("PowerPoint Document", _document("vnd.ms-powerpoint")),
)
"""The streams of an OLE file that say what it is; their names are in UTF-16."""

_OFFICE: Final = "vnd.openxmlformats-officedocument"
_OFFICE_FOLDERS: Final = {
    "word": _document(f"{_OFFICE}.wordprocessingml.document"),
    "ppt": _document(f"{_OFFICE}.presentationml.presentation"),
    "xl": _document(f"{_OFFICE}.spreadsheetml.sheet"),
}
_NAMED_ARCHIVE: Final = re.compile(r"application/(vnd\.oasis\.opendocument\.[a-z-]+|epub\+zip)")
_MAX_NAME: Final = 100  # bytes of the member `mimetype` of an archive

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and the encodings they announce; UTF-32's begins as UTF-16's does."""

_NEVER_IN_TEXT: Final = re.compile("[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]")


def kind_of(data: bytes) -> Kind | None:
    """Return the kind of a file that is not text, or `None` if no format is recognised.

    Args:
        data: The whole file, or at least `HEAD` bytes of one that is not a ZIP archive.
    """
    if data.startswith(ARCHIVE):
        return _of_archive(data)
    if data.startswith(_OLD_OFFICE):
        names = ((name.encode("utf-16-le"), kind) for name, kind in _OLD_STREAMS)
        return next((kind for name, kind in names if name in data), _unsendable("an OLE file"))
    return next((kind for pattern, kind in _SIGNATURES if pattern.match(data)), None)


def text_of(data: bytes) -> tuple[str, str] | None:
    """Decode a text file; return it with the name of its encoding, or `None` if it is not text.

    Text is UTF-8, has a byte order mark, or else is Windows-1252 without control characters.
    """
    mark = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in (mark,) if mark else ("utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(encoding).replace("\r\n", "\n")
            return None if _NEVER_IN_TEXT.search(text) else (text, encoding)
    return None


def _of_archive(data: bytes) -> Kind:
    """Look inside a ZIP archive: office formats and EPUB are such."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    named = _NAMED_ARCHIVE.fullmatch(member.read(_MAX_NAME).decode("latin-1"))
                if named:
                    return _document(named[1])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return _unsendable("a damaged ZIP archive")
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE_FOLDERS.items():
            if any(name.startswith(f"{folder}/") for name in names):
                return kind
    return _unsendable("a ZIP archive")
