"""`mistralai chat`: one answer, or a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..options import asking, connecting, model_option, optional_value, showing
from ..simulated import is_scenario

if TYPE_CHECKING:
    from ..asking import Asking
    from ..connection import Connection
    from ..options import Showing
    from ..output import Output
    from ..schema import Schema

_EXAMPLES = """\b
Examples:
  mistralai chat "Write a short poem about coding."
  git diff | mistralai chat "Review this"
  mistralai chat -m magistral-medium-latest --thinking fold "Why is the sky blue?"
  mistralai chat --schema book.json "Name a book" | jq .title
  mistralai chat --json "Hello" | jq -r .type
  mistralai chat --simulate thinking --stats "Hello"
  mistralai chat                     a conversation; /help there, Ctrl-D leaves
"""


@click.command(cls=optional_value("--simulate", "auto", is_scenario), epilog=_EXAMPLES)
@click.argument("prompt", nargs=-1)
@click.option("-s", "--system", metavar="TEXT", help="What the model is told beforehand.")
@click.option("--schema", metavar="FILE|JSON", help="The answer is JSON of this schema.")
@click.option(
    "--reasoning-effort", metavar="LEVEL", help="none or high; some models know more levels."
)
@model_option()
@asking
@showing
@connecting
@click.pass_obj
def chat(
    output: Output,
    connection: Connection,
    showing: Showing,
    asking: Asking,
    *,
    prompt: tuple[str, ...],
    system: str | None,
    schema: str | None,
) -> None:
    """Chat with a model.

    Standard input is appended to the PROMPT. Without either it is a conversation.
    """
    from ..stdin import is_terminal, joined, piped
    from .once import answer_once

    text = joined(" ".join(prompt), piped())
    if not text and not prompt and is_terminal():
        if schema is not None:
            raise click.UsageError("--schema is for one answer; give a prompt")
        from ..talk.session import talk

        talk(connection, showing, asking, output, system=system)
        return
    if not text.strip():
        raise click.UsageError("there is no prompt; give one, pipe one in, or use a terminal")
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": text})
    form = _form(schema, asking)
    outcome = answer_once(
        connection,
        showing,
        output,
        lambda client: asking.chat(client, messages),
        model=asking.model,
        structured=form is not None,
    )
    if form is not None and outcome.stream is not None:
        form.check(outcome.text, outcome.stream.finish_reason)


def _form(schema: str | None, asking: Asking) -> Schema | None:
    if schema is None:
        return None
    from ..schema import Schema

    form = Schema(schema)
    asking.response_format = form.response_format
    return form
