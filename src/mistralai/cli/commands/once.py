"""One answer, and the exit code that it comes to: what `chat`, `fim` and `replay` share."""

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
    from ..options import Showing
    from ..outcome import Outcome
    from ..output import Output


def answer_once(
    connection: Connection,
    showing: Showing,
    output: Output,
    ask: Callable[[Mistral], EventStream[CompletionEvent]],
    *,
    model: str,
    structured: bool = False,
) -> Outcome:
    """Connect, ask, and show the answer.

    Args:
        connection: Which server.
        showing: How.
        output: Where.
        ask: Sends the request.
        model: Who is waited for.
        structured: Whether the answer is JSON.

    Raises:
        MistralClientError: The answer broke off, or there was none.
        KeyboardInterrupt: The user stopped it.
    """
    sink = sink_for(showing, output, structured=structured)
    with connection.client(output, sink) as client:
        outcome = answer(lambda: ask(client), sink, output, model)
    if outcome.error is not None:
        raise outcome.error
    return outcome
