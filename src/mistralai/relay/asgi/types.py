"""The types of ASGI, and of the functions that an application gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

Action: TypeAlias = Literal["follow", "stop"]
Ask: TypeAlias = Callable[[Scope, dict[str, Any]], Any]
"""From a request and the JSON of its body to a source or an `Answer`, or to one that is awaited."""
May: TypeAlias = Callable[[Scope, str, Action], bool | Awaitable[bool]]
"""Whether the one who sent a request may follow or stop the answer of a key."""
Headers: TypeAlias = Mapping[str, str]
NO_HEADERS: Final[Headers] = MappingProxyType({})


def header(scope: Scope, name: str) -> list[str]:
    """Return the values of a header, in the order in which they came."""
    wanted = name.encode("ascii")
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted]
