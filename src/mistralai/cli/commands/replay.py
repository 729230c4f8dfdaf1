"""`mistralai replay`: recorded answers at their original pace."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import click

from ..configured import ConfiguredCommand
from ..escapes import one_line
from ..options import display_options
from ..outcome import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...client import Mistral
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ...recording import Exchange
    from ..options import DisplayOptions
    from ..outcome import Outcome
    from ..output import Output
    from ..sinks.sink import Sink

_EXAMPLES: Final = """\b
Examples:
  mistralai chat --record talk.jsonl "Hello"
  mistralai replay talk.jsonl --speed 2
  mistralai replay talk.jsonl --speed inf --stats
"""
_MAX_QUESTION: Final = 70  # characters


@click.command(cls=ConfiguredCommand, epilog=_EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="FACTOR",
    help="2 is twice as fast, inf does not wait.",
)
@display_options
@click.pass_obj
def replay(output: Output, display: DisplayOptions, *, file: str, speed: float) -> None:
    """Replay the streams of a recording at their original pace. Nothing is sent."""
    from ...recording import load
    from ..sinks.choice import sink_for

    exchanges = load(file)
    streams = [exchange for exchange in exchanges if _body(exchange).get("stream") is True]
    if not streams:
        raise click.UsageError(f"none of the {len(exchanges)} exchanges in {file} is a stream")
    sink = sink_for(display, output)
    error: BaseException | None = None
    for exchange in streams:
        output.note(f"> {_question(_body(exchange))}")
        error = _play(exchange, sink, output, speed).error
        if isinstance(error, KeyboardInterrupt):
            break
        if error is not None and exchange is not streams[-1]:
            output.note(one_line(str(error)))
    if error is not None:
        raise error


def _play(exchange: Exchange, sink: Sink, output: Output, speed: float) -> Outcome:
    from ...client import Mistral
    from ...simulator import Simulator
    from ...simulator.replay import played
    from ..answering import answer

    stopped = exchange.end == "closed"  # by the client, not by the server
    if stopped:
        exchange = replace(exchange, end="complete")
    with (
        Simulator(played(exchange), speed=speed) as simulator,
        Mistral("recorded", server_url=simulator.url, strict_end=not stopped) as client,
    ):
        sink.prepare(client)
        model = str(_body(exchange).get("model", "a recording"))
        return answer(lambda: _ask(client, model), sink, output, model)


def _ask(client: Mistral, model: str) -> EventStream[CompletionEvent]:
    """Send any request: the answer is recorded."""
    return client.chat.stream(
        model=model, messages=[{"role": "user", "content": "-"}], retries=None
    )


def _body(exchange: Exchange) -> Mapping[str, Any]:
    """Return the body of the request."""
    try:
        body: object = json.loads(exchange.body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _question(body: Mapping[str, Any]) -> str:
    """Return the beginning of the last message, or of the prompt."""
    messages: Any = body.get("messages")
    text = messages[-1].get("content") if messages else body.get("prompt")
    return one_line(text_of(text))[:_MAX_QUESTION]
