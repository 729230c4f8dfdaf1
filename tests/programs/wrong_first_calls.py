"""Make first calls with wrong arguments, and tell where each is refused."""

import sys
from typing import Any

from common import ASK, KIND, run, say

from mistralai import Mistral

client = Mistral()
KEYWORDS: list[dict[str, Any]] = [
    {"temprature": 1},
    {"server_url": "nowhere"},
    {"timeout_ms": 0},
    {"retries": "x"},
    {"http_headers": {"x": 5}},
]
NO_ROLE: list[Any] = [{"role": "bot"}]
NO_MODEL: Any = 5


def errors_of(error: Any) -> int:
    """Return how many fields pydantic finds wrong."""
    return len(error.errors())


async def main() -> None:
    for wrong in KEYWORDS:
        try:
            client.chat.stream_async(**ASK, **wrong)
        except (TypeError, ValueError):
            say(*wrong)
    pending = client.chat.stream_async(model="m", messages=NO_ROLE)
    assert "pydantic" not in sys.modules
    try:
        await pending
    except ValueError as error:
        say("awaited", errors_of(error))
    try:
        client.chat.stream_async(model=NO_MODEL, messages=[])
    except ValueError as error:
        say("called", errors_of(error))


if KIND == "sync":
    try:
        client.chat.stream_async(model=NO_MODEL, messages=[])
    except ValueError as error:
        say("called", errors_of(error))
else:
    run(main)
