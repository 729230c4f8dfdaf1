"""Removes the key of a call from errors and log lines, which quote servers.

A gateway that refuses a key may repeat it, and a server that echoes may send it back inside a
stream. Hidden are:

- A credential of 8 characters or more, everywhere: in clear, escaped as in JSON or in a URL, and
  its first 8 characters or more where a quotation is truncated.
- A shorter one, such as `any`, only after its scheme, as in `Bearer any`. Elsewhere it is an
  ordinary word.

The response itself is left as the server sent it.
"""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from ..errors import ErrorDetails

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..errors import MistralClientError
    from .request import Credential

HIDDEN: Final = "(hidden)"
"""The text that replaces a credential."""

SHORTEST: Final = 8
"""The least characters of a credential that is hidden everywhere."""

_CUT: Final = re.compile(r"…|\.\.\.|\Z")
_KEPT: Final = frozenset({"raw_response", "partial", "_request"})
"""Attributes of an error that hold the answer itself or the request."""


def hidden(text: str, credentials: Collection[Credential]) -> str:
    """Return a text without the credentials."""
    return _Hiding(credentials).text(text) if credentials else text


def hide(error: MistralClientError, credentials: Collection[Credential]) -> None:
    """Remove the credentials from an error and its causes.

    If there were any, the tracebacks are removed as well: their locals hold what the server sent.

    Args:
        error: The error. Its `raw_response` and `partial` are left as they are.
        credentials: The credentials of the call.
    """
    if not credentials:
        return
    hiding = _Hiding(credentials)
    if isinstance(error.__cause__, ValidationError):
        text = hiding.validation(error.__cause__)
        if text is not None:
            error.__cause__, error.__context__ = ValueError(text), None
    chain = [*_chain(error)]
    for each in chain:
        hiding.exception(each)
    if hiding.found:
        for each in chain:
            each.__traceback__ = None


class _Hiding:
    """Hides the credentials of one call.

    Attributes:
        found: True once a credential was hidden.
    """

    def __init__(self, credentials: Collection[Credential]) -> None:
        self.found = False
        self._long: set[str] = set()
        self._short: list[re.Pattern[str]] = []
        for scheme, key in credentials:
            if len(key) >= SHORTEST:
                self._long |= {key, json.dumps(key)[1:-1], quote(key, safe="")}
            elif scheme and key:
                pattern = rf"\b{re.escape(scheme)}\s+{re.escape(key)}(?!\w)"
                self._short.append(re.compile(pattern, re.IGNORECASE))

    def text(self, text: str) -> str:
        """Return a text without the credentials."""
        for key in sorted(self._long, key=len, reverse=True):
            text = self._remove(key, text)
        for pattern in self._short:
            text, times = pattern.subn(HIDDEN, text)
            self.found |= times > 0
        return text

    def _remove(self, key: str, text: str) -> str:
        """Return a text without a key, and without the beginning of it before a cut."""
        parts: list[str] = []
        done = 0
        # Case is ignored, because hosts are written in lower case.
        for match in re.finditer(re.escape(key[:SHORTEST]), text, re.IGNORECASE):
            start = match.start()
            length = _common_prefix(key.lower(), text[start : start + len(key)].lower())
            end = start + length
            if start >= done and (length == len(key) or _CUT.match(text, end)):
                parts += [text[done:start], HIDDEN]
                done = end
        self.found |= bool(parts)
        return "".join([*parts, text[done:]])

    def value(self, value: Any) -> Any:
        """Return a value without the credentials, or the same object if there were none in it."""
        clean = self._clean(value)
        return value if clean == value else clean

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case bytes():
                return self.text(value.decode("latin-1")).encode("latin-1")
            case list():
                return [self.value(item) for item in cast("list[object]", value)]
            case tuple():
                return tuple(self.value(item) for item in cast("tuple[object, ...]", value))
            case dict():
                fields = cast("dict[Any, object]", value).items()
                return {self.value(name): self.value(item) for name, item in fields}
            case _:
                return self._object(value)

    def _object(self, value: Any) -> Any:
        if isinstance(value, ErrorDetails):
            return ErrorDetails(**self.value(dataclasses.asdict(value)))
        if isinstance(value, BaseModel):
            return type(value).model_validate(self.value(value.model_dump()))
        if isinstance(value, BaseException):  # httpcore2 wraps one in another
            self.exception(value)
        elif hasattr(value, "multi_items"):  # headers of httpx2, or of another client
            items = value.multi_items()
            made = self.value(items)
            return value if made is items else type(value)(made, encoding=value.encoding)
        return value

    def exception(self, error: BaseException) -> None:
        """Remove the credentials from an exception's arguments and attributes."""
        args = self.value(error.args)
        if args is not error.args:
            error.args = args
        for name, value in list(vars(error).items()):
            if name in _KEPT:
                continue
            clean = self.value(value)
            if clean is not value:
                setattr(error, name, clean)

    def validation(self, invalid: ValidationError) -> str | None:
        """Return a text for pydantic's error without quotations, or `None` if those are harmless.

        The error itself cannot be changed, and quotes both ends of a long input.
        """
        problems = invalid.errors(include_url=False)
        quoted: list[object] = [(each["input"], each["msg"]) for each in problems]
        if self.value(quoted) == quoted:
            return None
        return "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}".removeprefix(": ")
            for each in problems
        )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes. Contexts are left out: they may be the caller's own."""
    while error is not None:
        yield error
        error = error.__cause__


def _common_prefix(one: str, other: str) -> int:
    """Return the length of the longest common prefix of two texts."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
