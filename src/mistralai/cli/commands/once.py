"""A command that requests a single answer: shared by `chat` and `fim`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..answering import answer
from ..sinks.choice import sink_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...client import Mistral
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..connection import Connection
    from ..options import DisplayOptions
    from ..outcome import Outcome
    from ..output import Output


def answer_once(
    connection: Connection,
    display: DisplayOptions,
    output: Output,
    ask: Callable[[Mistral], EventStream[CompletionEvent]],
    *,
    model: str,
    structured: bool = False,
    keep: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Connect, request an answer, and show it.

    Args:
        connection: The server to call.
        display: How to show the answer.
        output: Where to show it.
        ask: Sends the request.
        model: The model's name, shown while waiting.
        structured: Whether the answer is JSON.
        keep: Takes the outcome, even of a failure.

    Raises:
        MistralClientError: The answer is incomplete or missing.
        KeyboardInterrupt: The user pressed Ctrl-C.
    """
    sink = sink_for(display, output, structured=structured)
    with connection.client(output, sink) as client:
        outcome = answer(lambda: ask(client), sink, output, model)
    if keep is not None:
        keep(outcome)
    if outcome.error is not None:
        raise outcome.error
    return outcome
