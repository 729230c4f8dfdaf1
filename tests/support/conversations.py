"""Events of conversations as servers send them, and streams opened in each kind of program."""

import json
from typing import Any

from mistralai.client import Mistral

from .colours import Colour

HI = {"model": "mistral-small-latest", "inputs": "Hi"}
"""The keywords of `start`."""


def named(name: str, /, **fields: Any) -> bytes:
    """Return an event as the API sends it."""
    data = {"type": name, "created_at": "2026-06-29T14:13:28.5Z", **fields}
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def said(content: Any, index: int = 0, **fields: Any) -> bytes:
    """Return a piece of a message."""
    place = {"output_index": index, "id": f"msg_{index}", "content_index": 0}
    fields = {"model": "mistral-small-latest", "role": "assistant", **fields}
    return named("message.output.delta", **{**place, **fields}, content=content)


def called(arguments: str, index: int = 0) -> bytes:
    """Return a piece of a call of a function of the caller."""
    fields = {"output_index": index, "id": f"fc_{index}", "tool_call_id": f"call{index}"}
    return named("function.call.delta", **fields, name="weather", arguments=arguments)


STARTED = named("conversation.response.started", conversation_id="conv_1")
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
DONE = named("conversation.response.done", usage=USAGE)
STREAM = (STARTED, said("Hel"), said("lo"), DONE)
"""A short stream, an event a piece."""


def open_stream(colour: Colour, client: Mistral, method: str = "start", **params: Any) -> Any:
    """Begin a stream of a conversation."""
    if method == "start":
        params = {**HI, **params}
    return colour.ask(client.beta.conversations, f"{method}_stream", **params)


def texts(events: list[Any]) -> list[str]:
    """Return the text of each event, empty for other events than messages."""
    return [getattr(event.data, "content", "") for event in events]
