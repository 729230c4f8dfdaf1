"""The models that `GET /v1/models` lists; requests may name any model."""

from typing import Any, Final

_CREATED: Final = 1_767_225_600  # 2026-01-01 00:00 UTC
_CAPABILITIES: Final = (
    "completion_chat",
    "function_calling",
    "reasoning",
    "completion_fim",
    "fine_tuning",
    "vision",
    "ocr",
    "classification",
    "moderation",
    "audio",
)


def _card(name: str, *can: str, aliases: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": _CREATED,
        "owned_by": "mistralai",
        "capabilities": {ability: ability in can for ability in _CAPABILITIES},
        "name": name,
        "description": "A simulated model",
        "max_context_length": 131_072,
        "aliases": list(aliases),
        "deprecation": None,
        "default_model_temperature": 0.3,
        "type": "base",
    }


_CHAT: Final = ("completion_chat", "function_calling", "vision")

_CARDS: Final = (
    _card("mistral-large-latest", *_CHAT, aliases=("mistral-large",)),
    _card("mistral-medium-latest", *_CHAT, "reasoning", aliases=("mistral-medium",)),
    _card("mistral-small-latest", *_CHAT, "reasoning", aliases=("mistral-small",)),
    _card("codestral-latest", "completion_chat", "completion_fim", aliases=("codestral",)),
    _card("mistral-embed"),
)


def listed() -> dict[str, Any]:
    """Return the body of `GET /v1/models`."""
    return {"object": "list", "data": list(_CARDS)}


def found(name: str) -> dict[str, Any] | None:
    """Return the body of `GET /v1/models/{name}`; `None` for an unknown model."""
    for card in _CARDS:
        if name in {card["id"], *card["aliases"]}:
            return card
    return None
