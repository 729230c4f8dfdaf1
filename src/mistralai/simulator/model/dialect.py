"""The forms of streams: Mistral's own, and those of compatible servers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..answers import EVENT_STREAM, Framing
from ..bounds import Count, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The form of one server's streams (wire-format sections 4, 5 and 12).

    Attributes:
        opening: The first chunk of a choice: role and empty `content`, the role `alone`, role and
            content `null`, or `none`.
        finish_reason: The value before the last chunk: `null`, `absent`, or `empty` for `""`.
        last_delta: `text` for `{"content": ""}`, `empty` for `{}`.
        ids: `one` `id` per stream, or a new one in `each` chunk.
        created: Chunks have `created`.
        padding: Chunks have `p`.
        usage: In the `last` chunk, or `alone` in one with `choices: []` for requests with
            `stream_options.include_usage`.
        done: The stream ends with `data: [DONE]`.
        comments: The number of comments before the first event.
        chunk_extra: Additional fields of every chunk.
        choice_extra: Additional fields of every choice of a chunk.
        delta_extra: Additional fields of every delta.
        content_type: The `content-type` of the stream.
        framing: How the body is delimited.
        strict: Requests need a key and must not have unknown fields, as with Mistral.
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
        """Return the delta of the first chunk, or `None` if there is no such chunk."""
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
        """Return one choice of a chunk."""
        if reason is not None and self.last_delta == "empty" and delta == {"content": ""}:
            delta = {}
        choice: dict[str, Any] = {"index": index, "delta": {**delta, **self.delta_extra}}
        if reason is None and self.finish_reason == "empty":
            reason = ""
        if reason is not None or self.finish_reason == "null":
            choice["finish_reason"] = reason
        return {**choice, **self.choice_extra}


MISTRAL: Final = Dialect()
"""The form of the API itself."""

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
"""Forms of compatible servers, which together cover wire-format section 12."""
