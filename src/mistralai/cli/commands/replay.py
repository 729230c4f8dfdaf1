"""`mistralai replay`: recorded answers, as they came."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import click

from ..escapes import one_line
from ..options import showing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...client import Mistral
    from ...recording import Exchange
    from ..options import Showing
    from ..outcome import Outcome
    from ..output import Output
    from ..sinks.sink import Sink

_EXAMPLES: Final = """\b
Examples:
  mistralai chat --record talk.jsonl "Hello"
  mistralai replay talk.jsonl --speed 2
  mistralai replay talk.jsonl --speed inf --stats
"""
_EXCERPT: Final = 70  # characters of a question


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="2 is twice as fast; inf waits for nothing.",
)
@showing
@click.pass_obj
def replay(output: Output, showing: Showing, *, file: str, speed: float) -> None:
    """Play the streams of a recording back, at their pace. Nothing is sent anywhere."""
    from ...recording import load
    from ..sinks.choice import sink_for

    exchanges = load(file)
    streams = [exchange for exchange in exchanges if _asked(exchange).get("stream") is True]
    if not streams:
        raise click.UsageError(f"{file} has no stream among its {len(exchanges)} exchanges")
    sink = sink_for(showing, output)
    error: BaseException | None = None
    for exchange in streams:
        output.note(f"> {_question(_asked(exchange))}")
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

    stopped = exchange.end == "closed"  # by who asked, not by the server
    if stopped:
        exchange = replace(exchange, end="complete")
    with (
        Simulator(played(exchange), speed=speed) as simulator,
        Mistral("recorded", server_url=simulator.url, strict_end=not stopped) as client,
    ):
        sink.prepare(client)
        model = str(_asked(exchange).get("model", "a recording"))
        return answer(lambda: _ask(client, model), sink, output, model)


def _ask(client: Mistral, model: str) -> Any:
    """Ask anything: the answer is there already."""
    return client.chat.stream(
        model=model, messages=[{"role": "user", "content": "-"}], retries=None
    )


def _asked(exchange: Exchange) -> Mapping[str, Any]:
    """The request's body."""
    try:
        body: object = json.loads(exchange.body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _question(asked: Mapping[str, Any]) -> str:
    """The last thing that the request says."""
    messages: Any = asked.get("messages")
    said = messages[-1].get("content") if messages else asked.get("prompt")
    return one_line(str(said))[:_EXCERPT]
