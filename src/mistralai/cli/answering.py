"""Request one answer, show it, and report how it ended."""

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
    """Request an answer and show it.

    Args:
        ask: Sends the request.
        sink: Shows the answer.
        output: Shows a spinner until the answer begins.
        model: The model's name, shown beside the spinner.

    Returns:
        How the answer ended: complete, with a `MistralClientError`, or with Ctrl-C. After Ctrl-C
        the stream is closed and has the part that was received.
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
    """Note that the answer was cut off, or that it calls tools."""
    if stream.finish_reason in CUT_OFF:
        output.note("(the answer was cut off at its token limit; see --max-tokens)")
    for call in stream.tool_calls:  # the command line runs none
        shown = one_line(f"{call.function.name}({call.function.arguments})")
        output.note(f"(the model requests the tool call {shown})")
