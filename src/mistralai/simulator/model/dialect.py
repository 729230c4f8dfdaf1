"""How a server writes its stream: Mistral's own way, and those of servers that are like it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..answers import EVENT_STREAM, Framing
from ..bounds import Count, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What tells one server's stream from another's (wire-format sections 4, 5 and 12).

    Attributes:
        opening: The first chunk of a choice: role and empty `content`, the role `alone`, role and
            content `null`, or `none`.
        finish_reason: What it is until the last chunk: `null`, `absent`, or `empty` for `""`.
        last_delta: `text` for `{"content": ""}`, `empty` for `{}`.
        ids: One `id` for the stream, or another in `each` chunk.
        created: Whether chunks have it.
        padding: Whether chunks have `p`.
        usage: In the `last` chunk, or `alone` in one with `choices: []`, for requests that asked
            with `stream_options.include_usage`.
        done: Whether `data: [DONE]` comes.
        comments: Comment lines before the first event.
        chunk_extra: Fields that every chunk has besides.
        choice_extra: Fields that every choice of a chunk has besides.
        delta_extra: Fields that every delta has besides.
        content_type: The label of the stream.
        framing: How the end of the body is told.
        strict: Whether requests are checked as Mistral does: the key, and no unknown field.
    """

    opening: Literal["text", "alone", "null", "none"] = "text"
    finish_reason: Literal["null", "absent", "empty"] = "null"
    last_delta: Literal["text", "empty"] = "text"
    ids: Literal["one", "each"] = "one"
    created: bool = True
    padding: bool = True
    usage: Literal["last", "alone"] = "last"
    done: bool = True
    comments: Count = 0
    chunk_extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    choice_extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    delta_extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    content_type: str = EVENT_STREAM
    framing: Framing = "chunked"
    strict: bool = True

    def __post_init__(self) -> None:
        check(self)

    def opening_delta(self) -> dict[str, Any] | None:
        """Give the delta of the first chunk, if there is one."""
        match self.opening:
            case "text":
                return {"role": "assistant", "content": ""}
            case "alone":
                return {"role": "assistant"}
            case "null":
                return {"role": None, "content": None}
            case "none":
                return None

    def choice(self, index: int, delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
        """Write one choice of a chunk."""
        if reason is not None and self.last_delta == "empty" and delta == {"content": ""}:
            delta = {}
        choice: dict[str, Any] = {"index": index, "delta": {**delta, **self.delta_extra}}
        if reason is None and self.finish_reason == "empty":
            reason = ""
        if reason is not None or self.finish_reason == "null":
            choice["finish_reason"] = reason
        return {**choice, **self.choice_extra}


MISTRAL: Final = Dialect()
"""As the API itself writes it."""

_LIKE_OPENAI: Final[Mapping[str, Any]] = {
    "last_delta": "empty",
    "padding": False,
    "usage": "alone",
    "strict": False,
}

COMPATIBLE: Final[Mapping[str, Dialect]] = {
    "compatible": Dialect(
        **_LIKE_OPENAI,
        chunk_extra={"system_fingerprint": None},
        choice_extra={"logprobs": None},
    ),
    "compatible-extra": Dialect(
        **_LIKE_OPENAI,
        opening="null",
        comments=2,
        choice_extra={"logprobs": None, "stop_reason": None, "token_ids": None},
        delta_extra={"reasoning_content": None, "refusal": None},
    ),
    "compatible-sparse": Dialect(
        **_LIKE_OPENAI, opening="alone", finish_reason="absent", created=False, ids="each"
    ),
    "compatible-bare": Dialect(
        **_LIKE_OPENAI,
        opening="none",
        finish_reason="absent",
        done=False,
        content_type="text/plain; charset=utf-8",
        framing="close",
    ),
    "compatible-relay": Dialect(**_LIKE_OPENAI, finish_reason="empty"),
}
"""Shapes of compatible servers, which together have all that was found (wire-format section 12)."""
