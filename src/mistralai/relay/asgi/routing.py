"""Routes: what the path of a request asks for.

    POST /                    start an answer and follow it
    POST /chat/completions    the same, for OpenAI clients
    GET  /{key}/stream        follow an answer; HEAD: only say whether that would work
    POST /{key}/stop          stop it

Keys are decoded after the path was split, so that a key may have a slash (`%2F`). A server or a
proxy that decodes it first is understood too, since only the last segment is a word of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .types import Scope


class Place(Enum):
    """The meanings of a path."""

    START = auto()
    FOLLOW = auto()
    STOP = auto()


METHODS: Final[Mapping[Place, tuple[str, ...]]] = {
    Place.START: ("POST",),
    Place.FOLLOW: ("GET", "HEAD"),
    Place.STOP: ("POST",),
}
"""The methods of each place."""

_LAST: Final = {"stream": Place.FOLLOW, "stop": Place.STOP}


@dataclass(frozen=True, slots=True)
class Route:
    """A place, and the key that is in its path."""

    place: Place
    key: str = ""


def find_route(scope: Scope, *, completions: bool) -> Route | None:
    """Return what the path of a request is for, or `None`.

    Args:
        scope: The request.
        completions: True if `/chat/completions` is a place.
    """
    segments = _segments(scope)
    match segments:
        case []:
            return Route(Place.START)
        case ["chat", "completions"] if completions:
            return Route(Place.START)
        case [*key, last] if key and last in _LAST:
            return Route(_LAST[last], "/".join(key))
        case _:
            return None


def _segments(scope: Scope) -> list[str]:
    """Return the decoded segments below the mount, without empty ones."""
    path = _below_mount(scope["path"], scope.get("root_path", ""))
    raw = _raw_end(scope.get("raw_path"), path)
    pieces = path.split("/") if raw is None else map(unquote, raw.split("/"))
    return [piece for piece in pieces if piece]


def _below_mount(path: str, root: str) -> str:
    """Remove from a path the mount that is before it.

    ASGI says that `path` begins with the whole `root_path`. With a prefix that a proxy has removed,
    as in `FastAPI(root_path="/api")`, a path begins with the last segments of `root_path` only, and
    some frameworks remove their mount from the path.
    """
    root = root.rstrip("/")
    while root:
        if path == root or path.startswith(f"{root}/"):
            return path[len(root) :]
        _, slash, rest = root.removeprefix("/").partition("/")
        root = slash + rest
    return path


def _raw_end(raw_path: bytes | None, path: str) -> str | None:
    """Return the end of the encoded path that is `path` once it is decoded, if there is one."""
    if raw_path is None:
        return None
    raw = raw_path.partition(b"?")[0].decode("latin-1")
    start, length = len(raw), 0
    # Each segment is decoded once: a client may send thousands of them.
    for segment in reversed(raw.split("/")[1:]):
        start -= 1 + len(segment)
        length += 1 + len(unquote(segment))
        if length >= len(path):
            break
    end = raw[start:]
    return end if length == len(path) and unquote(end) == path else None
