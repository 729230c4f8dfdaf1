"""The parts of a stream that every client reads, printed as JSON."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

Stream = Callable[[str, Any], Iterable[Any]]
"""Opens a stream at a URL with some messages, and yields its chunks."""


def text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(chunk.text for chunk in content or () if chunk.type == "text")


def read(chunks: Iterable[Any]) -> tuple[list[str], list[list[str]], list[str | None], int]:
    texts: dict[int, str] = {}
    calls: dict[int, list[str]] = {}
    reasons: dict[int, str | None] = {}
    usage: Any = None
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + text_of(choice.delta.content)
            reasons[choice.index] = choice.finish_reason
            for call in choice.delta.tool_calls or ():
                made = calls.setdefault(call.index, ["", ""])
                made[0] += call.function.name or ""
                made[1] += call.function.arguments or ""
        usage = chunk.usage or usage
    return [*texts.values()], [*calls.values()], [*reasons.values()], usage.completion_tokens


def main(stream: Stream) -> None:
    """Read the stream at each URL of the command line."""
    messages = [{"role": "user", "content": "Hello there"}]
    sys.stdout.write(json.dumps([read(stream(url, messages)) for url in sys.argv[1:]]))
