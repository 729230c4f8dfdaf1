"""Which sink an answer goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..failure import UsageError
from ..stdin import is_terminal
from .plain import PlainSink

if TYPE_CHECKING:
    from ..options import Showing
    from ..output import Output
    from .sink import Sink


def sink_for(showing: Showing, output: Output, *, structured: bool = False) -> Sink:
    """Make the sink that the options and the output ask for.

    Args:
        showing: The options.
        output: Where to.
        structured: Whether the answer is JSON.
    """
    sink = _sink(showing, output, structured=structured)
    if showing.stats:
        from .stats import StatsSink

        return StatsSink(sink, output)
    return sink


def _sink(showing: Showing, output: Output, *, structured: bool) -> Sink:
    if showing.as_json:
        from .jsonlines import JSONSink

        return JSONSink(output)
    if showing.raw:
        from .raw import RawSink

        _ask_first(output)
        return RawSink(output)
    if not output.is_terminal or showing.plain:
        shown = showing.thinking or ("show" if output.is_terminal else "hide")
        return PlainSink(output, thinking=shown != "hide")
    from .screen import ScreenSink

    return ScreenSink(output, thinking=showing.thinking or "show", structured=structured)


def _ask_first(output: Output) -> None:
    """What a server sends may drive a terminal.

    Raises:
        UsageError: The answer goes to a terminal, and nobody says yes.
    """
    if not output.out.isatty():
        return
    hint = "Send it elsewhere, such as into a file or `| cat -v`."
    if not is_terminal():
        raise UsageError("--raw would write what the server sends to this terminal", hint)
    import click

    question = "What the server sends may drive this terminal. Write it as it comes?"
    if not click.confirm(question, err=True):
        raise UsageError("--raw was not written to the terminal", hint)
