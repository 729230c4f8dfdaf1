"""What the simulated model says, as data, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from ..bounds import AtLeastOne, Count, check
from .dialect import COMPATIBLE, MISTRAL, Dialect

Source: TypeAlias = Literal["auto", "echo", "poem", "lorem", "code", "json", "tools"]
"""Where the text comes from.

* `auto`: what was asked for. A tool call where `tool_choice` wants one, or where the last user
  message has a word of a tool's name; JSON where `response_format` wants it; the poem for "Write a
  short poem about coding."; code for fill-in-the-middle; else an echo of the last message.
* `echo`, `poem`, `code`: that text, whatever was asked.
* `lorem`: words without sense, `Reply.tokens` of them, other ones for another request or seed.
* `json`: JSON that conforms to the request's schema, or a small object where there is none.
* `tools`: tool calls, whatever `tool_choice` says; a tool of its own where the request has none.
"""

ThinkingEnd: TypeAlias = Literal["joined", "empty", "plain"]
"""The recorded ways in which thinking ends (wire-format section 5, "Reasoning in a stream").

* `joined`: one delta has the end of the thinking and the start of the text.
* `empty`: a thinking chunk without text stands between the two.
* `plain`: the text just begins.
"""

CallForm: TypeAlias = Literal["whole", "no-index", "fragments", "openai"]
"""The recorded ways of tool calls (wire-format section 5, "Tool calls in a stream").

* `whole`: all calls in the delta with the finish reason, each with its index.
* `no-index`: the same without index and type, as it was until 2026-01.
* `fragments`: a call's arguments over several deltas, the name and the id only in the first of
  them; later ones have an empty name.
* `openai`: the same, where later deltas have neither id nor name, and the first no arguments
  (wire-format section 12).
"""

PrefixEcho: TypeAlias = Literal["whole", "split", "trimmed", "absent"]
"""How an answer begins that continues a prefix (wire-format section 6).

* `whole`: the prefix in one delta.
* `split`: the prefix over several deltas.
* `trimmed`: the prefix without the blanks at its end.
* `absent`: only what is new.
"""

UsageShape: TypeAlias = Literal["2024", "2026-01", "2026-02", "2026-07", "2026-08"]
"""The fields of `usage`, by the month since when they were recorded (wire-format section 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call.

    Attributes:
        name: The function's name.
        arguments: The arguments: an object, or the text as the model writes it.
    """

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the model says.

    Attributes:
        text: Exactly this text; `None` says what `source` says.
        source: Where the text comes from.
        tokens: How many words `lorem` has.
        calls: Exactly these tool calls; empty makes calls where `source` says so.
        call_count: How many calls it makes at once.
        call_form: How a stream writes tool calls.
        thinking: What it thinks first; `None` does not think.
        thinking_end: How a stream writes the end of the thinking.
        prefix: How an answer begins that continues a prefix.
        n: How many choices there are; `None` leaves it to the request.
        finish_reason: Why it ends; `None` for what is so.
        usage: The fields of `usage`.
        dialect: How a stream is written.
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
"""What a scenario may say, by name."""
