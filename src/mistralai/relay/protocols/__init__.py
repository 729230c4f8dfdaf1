"""The protocols of a relay: one log, made into each reader's format as it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .ag_ui import AGUIEncoder
from .ai_sdk import AISDK6Encoder, AISDKEncoder
from .encoder import Encoder
from .events import EventsEncoder
from .openai import OpenAIEncoder
from .text import TextEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["PROTOCOLS", "Encoder", "encoder"]

PROTOCOLS: Final[Mapping[str, Callable[..., Encoder]]] = {
    "ai-sdk": AISDKEncoder,
    "ai-sdk@6": AISDK6Encoder,
    "openai": OpenAIEncoder,
    "events": EventsEncoder,
    "ag-ui": AGUIEncoder,
    "text": TextEncoder,
}
"""The protocols by name."""


def encoder(protocol: str, key: str, *, after: int = 0) -> Encoder:
    """Return an encoder for one reader of one log.

    Args:
        protocol: The name of a protocol.
        key: The key of the log.
        after: The number of the last frame that the reader has; 0 if it has none. Frames up to it
            are encoded too, because later ones may depend on them, and give no bytes.

    Raises:
        ValueError: There is no such protocol.
    """
    kind = PROTOCOLS.get(protocol)
    if kind is None:
        names = ", ".join(PROTOCOLS)
        raise ValueError(f"protocol={protocol!r} is not known; choose one of {names}")
    return kind(key, after=after)
