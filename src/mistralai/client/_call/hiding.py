"""The key of a call, taken out of what a server says of it.

A gateway that refuses a key may repeat it, and a server that echoes may send it back inside a
stream. Errors and log lines quote servers, and so pass through here. What is hidden:

- A credential of 8 characters or more, wherever it stands: as it is, as a JSON string or an address
  has it, and its beginning of 8 characters or more where a quotation is cut off.
- A shorter one, such as `any`, only behind its scheme, as in `Bearer any`. Elsewhere it is a word
  like others.

The response itself keeps what the server said.
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
"""What stands in a credential's place."""

SHORTEST: Final = 8
"""Characters of a credential that is hidden wherever it stands."""

_CUT: Final = re.compile(r"…|\.\.\.|\Z")
_KEPT: Final = frozenset({"raw_response", "partial", "_request"})
"""Attributes of an error that hold the answer itself, or the request."""


def hidden(text: str, credentials: Collection[Credential]) -> str:
    """Return a text without the credentials."""
    return _Hiding(credentials).text(text) if credentials else text


def hide(error: MistralClientError, credentials: Collection[Credential]) -> None:
    """Take the credentials out of an error, and out of what caused it.

    Where there was something to take out, the frames of the tracebacks go too, whose locals
    hold what the server said.

    Args:
        error: The error. Its `raw_response` and `partial` stay as they are.
        credentials: What the call sent.
    """
    if not credentials:
        return
    hiding = _Hiding(credentials)
    if isinstance(error.__cause__, ValidationError):
        said = hiding.validation(error.__cause__)
        if said is not None:
            error.__cause__, error.__context__ = ValueError(said), None
    chain = [*_chain(error)]
    for each in chain:
        hiding.exception(each)
    if hiding.found:
        for each in chain:
            each.__traceback__ = None


class _Hiding:
    """Hides the credentials of one call.

    Attributes:
        found: Whether there was one to hide.
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
        """Hide them in a text."""
        for key in sorted(self._long, key=len, reverse=True):
            text = self._without(key, text)
        for pattern in self._short:
            text, times = pattern.subn(HIDDEN, text)
            self.found |= times > 0
        return text

    def _without(self, key: str, text: str) -> str:
        """Hide one in a text, and its beginning before a cut."""
        parts: list[str] = []
        done = 0
        # In capitals or not: the name of a host is changed to small letters.
        for match in re.finditer(re.escape(key[:SHORTEST]), text, re.IGNORECASE):
            start = match.start()
            same = _in_common(key.lower(), text[start : start + len(key)].lower())
            end = start + same
            if start >= done and (same == len(key) or _CUT.match(text, end)):
                parts += [text[done:start], HIDDEN]
                done = end
        self.found |= bool(parts)
        return "".join([*parts, text[done:]])

    def value(self, value: Any) -> Any:
        """Hide them in whatever an error may hold; a value without them stays the same object."""
        made = self._made(value)
        return value if made == value else made

    def _made(self, value: Any) -> Any:
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
        if isinstance(value, BaseException):  # httpcore2 makes one the argument of another
            self.exception(value)
        elif hasattr(value, "multi_items"):  # the headers of httpx2 and its like
            return type(value)(self.value(value.multi_items()))
        return value

    def exception(self, error: BaseException) -> None:
        """Hide them in an exception's arguments and attributes."""
        if (args := self.value(error.args)) is not error.args:
            error.args = args
        for name, value in list(vars(error).items()):
            if name not in _KEPT and (made := self.value(value)) is not value:
                setattr(error, name, made)

    def validation(self, invalid: ValidationError) -> str | None:
        """Return what pydantic says without the input that it quotes, or `None` for no credentials.

        It cannot be changed, and quotes the beginning and the end of a long input.
        """
        complaints = invalid.errors(include_url=False)
        told: list[object] = [(each["input"], each["msg"]) for each in complaints]
        if self.value(told) == told:
            return None
        return "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}".removeprefix(": ")
            for each in complaints
        )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Return an error and what caused it. Contexts may be the caller's own."""
    while error is not None:
        yield error
        error = error.__cause__


def _in_common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
