"""Dialects: what the clients of a protocol send, beside the format that they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic_core import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Refused

_OPENAI_TYPES: Final = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The requests of a protocol's clients.

    Attributes:
        key_field: The field of a body with the key.
        message_field: The field of a body with the id of the message, if it has one.
        replays: True if a reader without a number gets an answer that has ended. `useChat` asks at
            each load of a page whether there is something to resume, and has saved what has ended.
        is_openai: True for clients of OpenAI's API: they post to `/chat/completions`, know no keys,
            say whether they want a stream and its usage, and read errors as JSON.
    """

    key_field: str = "id"
    message_field: str | None = None
    replays: bool = True
    is_openai: bool = False

    def encoder_options(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options that a body has for the encoder of its answer."""
        if not self.is_openai:
            return {}
        given = body.get("stream_options")
        options = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        return {"include_usage": bool(options.get("include_usage"))}

    def error_body(self, refused: Refused) -> tuple[str, bytes]:
        """Return the media type and the body of a refusal.

        An OpenAI client reads an object with `error`. The other clients show the body as it is.
        """
        if not self.is_openai:
            return "text/plain; charset=utf-8", refused.sentence.encode(errors="replace")
        fallback = "server_error" if refused.status >= 500 else "invalid_request_error"
        error = {
            "message": refused.sentence,
            "type": _OPENAI_TYPES.get(refused.status, fallback),
            "param": None,
            "code": None,
        }
        return "application/json", to_json({"error": error})


_DIALECTS: Final[Mapping[str, Dialect]] = {
    "ai-sdk": Dialect(replays=False),
    "openai": Dialect(is_openai=True),
    "ag-ui": Dialect(key_field="threadId", message_field="runId"),
}
_OTHERS: Final = Dialect()


def dialect_of(protocol: str) -> Dialect:
    """Return the dialect of a protocol's clients; `ai-sdk@6` has that of `ai-sdk`."""
    return _DIALECTS.get(protocol.partition("@")[0], _OTHERS)
