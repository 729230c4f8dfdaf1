"""Replies of the simulated model, as data, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from ..bounds import AtLeastOne, Count, check
from .dialect import COMPATIBLE, MISTRAL, Dialect

Source: TypeAlias = Literal["auto", "echo", "poem", "lorem", "code", "json", "tools"]
"""The source of the text.

* `auto`: depends on the request. A tool call if `tool_choice` requires one, or if the last user
  message has a word of a tool's name; JSON if `response_format` requires it; the poem for "Write a
  short poem about coding."; code for fill-in-the-middle; otherwise an echo of the last message.
* `echo`, `poem`, `code`: that text, for any request.
* `lorem`: `Reply.tokens` random words, which depend on the request and the seed.
* `json`: JSON that conforms to the request's schema, or a small object without a schema.
* `tools`: tool calls, whatever `tool_choice` is; a built-in tool if the request has none.
"""

ThinkingEnd: TypeAlias = Literal["joined", "empty", "plain"]
"""The recorded ends of thinking (wire-format section 5, "Reasoning in a stream").

* `joined`: one delta has the end of the thinking and the start of the text.
* `empty`: a thinking chunk without text comes between the two.
* `plain`: the text follows directly.
"""

CallForm: TypeAlias = Literal["whole", "no-index", "fragments", "openai"]
"""The recorded forms of tool calls (wire-format section 5, "Tool calls in a stream").

* `whole`: all calls in the delta with the finish reason, each with its index.
* `no-index`: the same without index and type, as recorded until 2026-01.
* `fragments`: the arguments in several deltas; the first one has id and name, and later ones have
  an empty name.
* `openai`: the same, but later deltas have neither id nor name, and the first one no arguments
  (wire-format section 12).
"""

PrefixEcho: TypeAlias = Literal["whole", "split", "trimmed", "absent"]
"""The start of an answer that continues a prefix (wire-format section 6).

* `whole`: the prefix in one delta.
* `split`: the prefix in several deltas.
* `trimmed`: the prefix without trailing whitespace.
* `absent`: the answer without the prefix.
"""

UsageShape: TypeAlias = Literal["2024", "2026-01", "2026-02", "2026-07", "2026-08"]
"""The fields of `usage`, by the month of their first recording (wire-format section 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call.

    Attributes:
        name: The function's name.
        arguments: The arguments as an object, or as text that is sent unchanged.
    """

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply of the model.

    Attributes:
        text: The exact text; `None` uses `source`.
        source: The source of the text.
        tokens: The number of words of `lorem`.
        calls: The exact tool calls; if empty, `source` decides.
        call_count: The number of parallel tool calls.
        call_form: The form of tool calls in a stream.
        thinking: The thinking before the text; `None` for none.
        thinking_end: The end of the thinking in a stream.
        prefix: The start of an answer that continues a prefix.
        n: The number of choices; `None` uses that of the request.
        finish_reason: The finish reason; `None` for the natural one.
        usage: The fields of `usage`.
        dialect: The form of a stream.
    """

    text: str | None = None
    source: Source = "auto"
    tokens: Count = 100
    calls: tuple[Call, ...] = ()
    call_count: AtLeastOne = 1
    call_form: CallForm = "whole"
    thinking: str | None = None
    thinking_end: ThinkingEnd = "joined"
    prefix: PrefixEcho = "whole"
    n: AtLeastOne | None = None
    finish_reason: str | None = None
    usage: UsageShape = "2026-08"
    dialect: Dialect = MISTRAL

    def __post_init__(self) -> None:
        check(self)


_THINKING: Final = (
    "The user wants an answer. First I look at what was asked, then I weigh the words, "
    "and then I say it."
)
_HOSTILE: Final = "A line\u2028another\u2029one more\u0085and data: [DONE] in the middle."

_thinking: Final = Reply(thinking=_THINKING)
_calling: Final = Reply(source="tools")
_parallel: Final = Reply(source="tools", call_count=2)

PRESETS: Final[Mapping[str, Reply]] = {
    "auto": Reply(),
    "echo": Reply(source="echo"),
    "poem": Reply(source="poem"),
    "lorem": Reply(source="lorem"),
    "json": Reply(source="json"),
    "fim": Reply(source="code"),
    "agents": Reply(),
    "thinking": _thinking,
    "thinking-empty": replace(_thinking, thinking_end="empty"),
    "thinking-plain": replace(_thinking, thinking_end="plain"),
    "tool-call": _calling,
    "tool-call-fragments": replace(_calling, call_form="fragments"),
    "tool-calls": _parallel,
    "tool-calls-no-index": replace(_parallel, call_form="no-index"),
    "tool-calls-fragments": replace(_parallel, call_form="fragments"),
    "choices": Reply(n=3),
    "length": Reply(source="lorem", finish_reason="length"),
    "prefix": Reply(),
    "prefix-split": Reply(prefix="split"),
    "prefix-trimmed": Reply(prefix="trimmed"),
    "prefix-absent": Reply(prefix="absent"),
    "usage-2024": Reply(usage="2024"),
    "usage-2026-01": Reply(usage="2026-01"),
    "usage-2026-02": Reply(usage="2026-02"),
    "usage-2026-07": Reply(usage="2026-07"),
    "usage-2026-08": Reply(usage="2026-08"),
    **{name: Reply(dialect=dialect, call_form="openai") for name, dialect in COMPATIBLE.items()},
    "compatible-text": Reply(text=_HOSTILE, dialect=COMPATIBLE["compatible"], call_form="openai"),
}
"""The named replies."""
