"""One answer: ask, show what comes, and know how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.errors import MistralClientError
from .escapes import one_line
from .outcome import CUT_OFF, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..client.models import CompletionEvent
    from ..client.utils.eventstreaming import EventStream
    from .output import Output
    from .sinks.sink import Sink


def answer(
    ask: Callable[[], EventStream[CompletionEvent]], sink: Sink, output: Output, model: str
) -> Outcome:
    """Ask, and show the answer.

    Args:
        ask: Sends the request.
        sink: Where the answer goes.
        output: Where it is shown that it is waited for.
        model: Who is waited for.

    Returns:
        How it ended: whole, by a `MistralClientError`, or by Ctrl-C, after which the stream is closed
        and has what came.
    """
    stream: EventStream[CompletionEvent] | None = None
    error: BaseException | None = None
    with output.waiting(one_line(model)):
        try:
            stream = ask()
            with stream:
                sink.show(stream)
        except (MistralClientError, KeyboardInterrupt) as stopped:
            error = stopped
        outcome = Outcome(stream, error)
        sink.end(outcome)
    if outcome.stream is not None:
        _note(outcome.stream, output)
    return outcome


def _note(stream: EventStream[CompletionEvent], output: Output) -> None:
    """Say what else a reader has to know of an answer."""
    if stream.finish_reason in CUT_OFF:
        output.note("(the answer ended at its limit of tokens; see --max-tokens)")
    for call in stream.tool_calls:  # nothing here runs them
        said = one_line(f"{call.function.name}({call.function.arguments})")
        output.note(f"(the model asks for the tool {said})")
