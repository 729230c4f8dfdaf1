"""The page itself: one HTML file, and headers that forbid everything else.

The content security policy names the style and the script by their hashes, allows nothing else, and
connections to this server only. With Trusted Types the browser refuses to read a text as HTML.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_INLINE: Final = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)

HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""The headers of every response."""


def document() -> str:
    """Return the page."""
    return resources.files(__name__.rpartition(".")[0]).joinpath("page.html").read_text("utf-8")


def policy(page: str) -> str:
    """Return the content security policy of the page."""
    hashes = {kind: _hash(text) for kind, text in _INLINE.findall(page)}
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{hashes['script']}'",
            f"style-src '{hashes['style']}'",
            "connect-src 'self'",
            "img-src data:",  # the icon; answers show no images
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"
