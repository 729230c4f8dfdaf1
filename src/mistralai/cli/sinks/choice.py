"""The choice of a sink by the options and the output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..failure import UsageError
from ..stdin import is_terminal
from .plain import PlainSink

if TYPE_CHECKING:
    from ..options import DisplayOptions
    from ..output import Output
    from .sink import Sink, TextSink


def sink_for(display: DisplayOptions, output: Output, *, structured: bool = False) -> Sink:
    """Return the sink for the options and the output.

    Args:
        display: The options.
        output: The output to write to.
        structured: Whether the answer is JSON.
    """
    sink = _sink(display, output, structured=structured)
    if display.stats:
        from .stats import StatsSink

        sink = StatsSink(sink, output)
    if display.copy:
        from .copying import CopySink

        sink = CopySink(sink, output)
    if display.trace:
        from .trace import TraceSink

        sink = TraceSink(sink, output)
    return sink


def _sink(display: DisplayOptions, output: Output, *, structured: bool) -> Sink:
    if display.as_json:
        from .jsonlines import JSONSink

        return JSONSink(output)
    if display.raw:
        from .raw import RawSink

        _confirm_raw(output)
        return RawSink(output)
    return text_sink_for(display, output, structured=structured)


def text_sink_for(display: DisplayOptions, output: Output, *, structured: bool = False) -> TextSink:
    """Return the sink for text, Markdown or JSON, without statistics and copies."""
    if not output.is_terminal or display.plain:
        shown = display.thinking or ("show" if output.is_terminal else "hide")
        return PlainSink(output, thinking=shown != "hide")
    from .screen import ScreenSink

    return ScreenSink(output, thinking=display.thinking or "show", structured=structured)


def _confirm_raw(output: Output) -> None:
    """Ask the user before raw bytes are written to a terminal, which control it.

    Raises:
        UsageError: The output is a terminal and the user does not confirm, or cannot be asked.
    """
    if not output.out.isatty():
        return
    hint = "Redirect it to a file, or pipe it through `cat -v`."
    if not is_terminal():
        raise UsageError("--raw would write unfiltered output to this terminal", hint)
    import click

    question = "The output may contain terminal control sequences. Write it unfiltered?"
    if not click.confirm(question, err=True):
        raise UsageError("the output was not written to the terminal", hint)
