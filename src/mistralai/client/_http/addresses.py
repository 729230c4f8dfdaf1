"""The order in which the addresses of a name are tried (RFC 8305 section 4)."""

from __future__ import annotations

import os
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

STAGGER: Final = 0.25
"""Seconds after which the next address is tried beside the last one (RFC 8305 section 5)."""

AddressInfo: TypeAlias = tuple[Any, Any, int, str, tuple[Any, ...]]
"""What `socket.getaddrinfo` returns for an address."""


def interleaved(found: Iterable[AddressInfo]) -> list[AddressInfo]:
    """Return the addresses with families alternating, the resolver's first family first."""
    by_family: dict[Any, list[AddressInfo]] = {}
    for info in dict.fromkeys(found):
        by_family.setdefault(info[0], []).append(info)
    rows = zip_longest(*by_family.values())
    return [info for info in chain.from_iterable(rows) if info is not None]


def failed(errors: Iterable[BaseException]) -> str:
    """Say why no address answered; the text of each error once."""
    return "; ".join(dict.fromkeys(map(_said, errors)))


def _said(error: BaseException) -> str:
    """Return the system's text of an error; event loops have texts of their own, with addresses."""
    number = error.errno if isinstance(error, OSError) else None
    return f"[Errno {number}] {os.strerror(number)}" if number and number > 0 else str(error)
