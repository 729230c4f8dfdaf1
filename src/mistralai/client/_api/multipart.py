"""Multipart forms (RFC 7578), read from their files while they are sent.

A form is written as httpx writes it: fields, then files, each with its type. Its length is known
unless a file is one that cannot say how long it is, such as a pipe.
"""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from .._call.wirevalues import encodable, pairs
from .filesources import Source, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_ESCAPED: Final = {'"': "%22", "\\": "\\\\"} | {chr(c): f"%{c:02X}" for c in range(32) if c != 27}
_ESCAPES: Final = re.compile("|".join(map(re.escape, _ESCAPED)))
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Form:
    """The body of one request. It is an `Upload`.

    Attributes:
        content_type: The type of the body, with its boundary.
    """

    def __init__(
        self,
        fields: Mapping[str, object],
        files: Mapping[str, object] | Iterable[tuple[str, object]],
    ) -> None:
        """Look at the files, and open none.

        Args:
            fields: Fields by name: strings, numbers, booleans, dates, or lists of them, which
                become several fields of one name. `None` and `UNSET` are left out.
            files: Files by name, or pairs of a name and a file, where a name occurs twice. A file
                is what `source_of` takes, or a tuple `(filename, file)` or
                `(filename, file, content_type)` of one; in a tuple, a `str` in place of a file is
                a path as well.

        Raises:
            OSError: A path does not lead to a file that can be read.
            TypeError: A field or a file has another type.
            ValueError: A field, a name or a content type has characters that are not allowed
                there.
        """
        boundary = os.urandom(16).hex()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._parts: list[bytes | Source] = []
        for name, value in fields.items():
            for each, text in pairs(name, value):
                self._add(boundary, _disposition(each), text.encode())
        for name, value in _items(files):
            filename, source, content_type = _file_of(f"files[{name!r}]", value)
            head = _disposition(name, filename) + _type_line(name, filename, content_type)
            self._add(boundary, head, source)
        self._parts.append(f"--{boundary}--\r\n".encode())

    @property
    def length(self) -> int | None:
        """The length in bytes, or `None` if that of a file is not known."""
        lengths = [len(part) if isinstance(part, bytes) else part.length for part in self._parts]
        return None if None in lengths else sum(cast("list[int]", lengths))

    @property
    def repeatable(self) -> bool:
        """True if every file can be read again from where it was given."""
        return all(isinstance(part, bytes) or part.repeatable for part in self._parts)

    @property
    def blocking(self) -> bool:
        """True if a file is read from elsewhere than memory."""
        return any(not isinstance(part, bytes) and part.blocking for part in self._parts)

    def pieces(self) -> Iterator[bytes]:
        """Yield the form from its start.

        Raises:
            OSError: A file cannot be read, or has become shorter.
        """
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
            else:
                yield from part.pieces()

    def outline(self) -> bytes:
        """Return the form with a note in place of each file: its length, where it is known."""
        parts = (part if isinstance(part, bytes) else part.outline() for part in self._parts)
        return b"".join(parts)

    def _add(self, boundary: str, head: str, content: bytes | Source) -> None:
        self._parts += (f"--{boundary}\r\n{head}\r\n\r\n".encode(), content, b"\r\n")


def _items(files: object) -> Iterator[tuple[str, object]]:
    """Yield the names of files, and the files.

    Raises:
        TypeError: They are neither a mapping nor pairs.
    """
    given: Any = files
    if isinstance(files, Mapping):
        given = given.items()
    if isinstance(given, (str, bytes)) or hasattr(given, "read") or not hasattr(given, "__iter__"):
        raise TypeError(
            f"files takes a mapping of names to files, or pairs of them, not {_shown(given)};"
            " give {'file': ...}"
        )
    for index, item in enumerate(given):
        if not isinstance(item, (tuple, list)) or len(cast("Any", item)) != 2:
            raise TypeError(f"files[{index}] takes a pair of a name and a file, not {_shown(item)}")
        name, file = cast("Any", item)
        yield name, file


def _shown(value: Any) -> str:
    """Return a value for an error, without the content of a file."""
    given: object = value
    return f"a {type(value).__name__}" if isinstance(given, (bytes, tuple, list)) else repr(value)


def _file_of(place: str, value: object) -> tuple[str | None, Source, str | None]:
    """Return the name, the content and the type of a file."""
    given: Any = value
    filename: Any = None
    content: Any = given
    content_type: Any = None
    named = True
    if isinstance(value, Mapping) and {"file_name", "content"} <= given.keys():
        filename, content = given["file_name"], given["content"]
        content_type = given.get("content_type")
    elif hasattr(given, "file_name") and hasattr(given, "content"):
        filename, content, content_type = given.file_name, given.content, given.content_type
    elif isinstance(value, tuple):
        if not 2 <= len(given) <= 3:
            raise TypeError(
                f"{place} is a tuple of {len(given)}; give (filename, file) or"
                " (filename, file, content_type)"
            )
        filename, content = given[:2]
        content_type = given[2] if len(given) == 3 else None
    else:
        named = False
    source = source_of(place, content)
    if not isinstance(filename, str | None):
        raise TypeError(f"{place} has the filename {filename!r}; give a string or None")
    if not isinstance(content_type, str | None):
        raise TypeError(f"{place} has the content type {content_type!r}; give a string or None")
    filename = filename if named else source.name
    encodable(f"the name of {place}", filename or "")
    return filename, source, content_type


def _disposition(name: str, filename: str | None = None) -> str:
    line = f'Content-Disposition: form-data; name="{_escaped(name)}"'
    return f'{line}; filename="{_escaped(filename)}"' if filename else line


def _type_line(name: str, filename: str | None, content_type: str | None) -> str:
    """Return the line for the type of a file, guessed from its name if none is given."""
    if content_type is None and filename:
        content_type = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    if content_type is None:
        return ""
    if _UNPRINTABLE.search(content_type):
        raise ValueError(
            f"files[{name!r}] has the content type {content_type!r}, with characters that are not"
            " allowed in one"
        )
    return f"\r\nContent-Type: {content_type}"


def _escaped(name: str) -> str:
    if not isinstance(name, str):
        raise TypeError(f"the name of a field of a form is a string, not {name!r}")
    encodable("the name of a field of a form", name)
    return _ESCAPES.sub(lambda match: _ESCAPED[match[0]], name)
