"""`mistralai chat`: a single answer or a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..options import (
    connection_options,
    display_options,
    model_option,
    optional_value,
    request_options,
)
from ..scenario_names import is_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..attachments.attach import Attachment
    from ..connection import Connection
    from ..options import DisplayOptions
    from ..output import Output
    from ..request_options import RequestOptions
    from ..schema import Schema

_EXAMPLES = """\b
Examples:
  mistralai chat "Write a short poem about coding."
  git diff | mistralai chat "Review this"
  mistralai chat -m magistral-medium-latest --thinking fold "Why is the sky blue?"
  mistralai chat -a invoice.pdf -a logo.png "Whose invoice is this?"
  mistralai chat --schema book.json "Name a book" | jq .title
  mistralai chat --json "Hello" | jq -r .type
  mistralai chat --simulate thinking --stats "Hello"
  mistralai chat                     a conversation; /help for help, Ctrl-D to exit
"""


@click.command(cls=optional_value("--simulate", "auto", is_scenario), epilog=_EXAMPLES)
@click.argument("prompt", nargs=-1)
@click.option(
    "-a",
    "--attach",
    multiple=True,
    type=click.Path(allow_dash=True),
    metavar="FILE|URL|-",
    help="Attach an image, a PDF or office document, audio or text; - is standard input. May be"
    " repeated.",
)
@click.option("-s", "--system", metavar="TEXT", help="System prompt.")
@click.option("--schema", metavar="FILE|JSON", help="Request JSON of this schema, and validate it.")
@click.option(
    "--reasoning-effort", metavar="LEVEL", help="none or high; some models have more levels."
)
@model_option()
@request_options
@display_options
@connection_options
@click.pass_obj
def chat(
    output: Output,
    connection: Connection,
    display: DisplayOptions,
    request: RequestOptions,
    *,
    prompt: tuple[str, ...],
    attach: tuple[str, ...],
    system: str | None,
    schema: str | None,
) -> None:
    """Chat with a model.

    Standard input is appended to the PROMPT. Without either, this starts a conversation.
    """
    from ..stdin import is_terminal, joined, piped
    from .once import answer_once

    attachments = _attachments(attach, output)  # before the rest of standard input is read
    text = joined(" ".join(prompt), piped())
    if not text and not prompt and is_terminal():
        if schema is not None:
            raise click.UsageError("--schema needs a prompt; it does not apply to conversations")
        from ..talk.session import talk

        talk(connection, display, request, output, system=system, attachments=attachments)
        return
    if not text.strip() and not attachments:
        raise click.UsageError("no prompt: pass one, pipe one in, or run in a terminal")
    messages: list[dict[str, object]] = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": _content(text, attachments)})
    checked_schema = _schema(schema, request)
    outcome = answer_once(
        connection,
        display,
        output,
        lambda client: request.chat(client, messages),
        model=request.model,
        structured=checked_schema is not None,
    )
    if checked_schema is not None and outcome.stream is not None:
        checked_schema.check(outcome.text, outcome.stream.finish_reason)


def _attachments(sources: Sequence[str], output: Output) -> list[Attachment]:
    if not sources:
        return []
    from ..attachments.attach import attach

    attachments = [attach(source) for source in sources]
    for attachment in attachments:
        if attachment.note:
            output.note(attachment.note)
    return attachments


def _content(text: str, attachments: list[Attachment]) -> object:
    if not attachments:
        return text
    from ..attachments.attach import with_attachments

    return with_attachments(text, attachments)


def _schema(source: str | None, request: RequestOptions) -> Schema | None:
    if source is None:
        return None
    from ..schema import Schema

    schema = Schema(source)
    request.response_format = schema.response_format
    return schema
