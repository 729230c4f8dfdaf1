"""What a simulator is given to serve, and what a client asks it for."""

import json
import random
from typing import Any

from mistralai.simulator import Answer
from support.streams import cut_at

ASK = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]}
"""A question that the default scenario answers with an echo."""

POEM = {"model": "m", "messages": [{"role": "user", "content": "Write a short poem about coding."}]}
"""A question that it answers with a poem."""

DONE = b"data: [DONE]\n\n"


def chunk(content: Any, finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return {"id": "1", "object": "chat.completion.chunk", "choices": [choice], **fields}


def event(payload: Any) -> bytes:
    """The event of a chunk, or of anything else that JSON has."""
    return b"data: %b\n\n" % json.dumps(payload).encode()


HELLO = event(chunk("Hel")) + event(chunk("lo", "stop"))
"""A whole answer in two events, without `[DONE]`."""

WHOLE = json.dumps(
    {
        "id": "1",
        "object": "chat.completion",
        "model": "m",
        "created": 1,
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello there"},
                "finish_reason": "stop",
            }
        ],
    }
).encode()
"""A whole answer, as JSON."""


def cut_anywhere(body: bytes, chance: random.Random, cuts: int) -> Answer:
    """Serve a body in pieces that are cut at random places."""
    places = sorted(chance.randrange(len(body) + 1) for _ in range(cuts))
    return Answer(body=[piece for piece in cut_at(body, places) if piece])
