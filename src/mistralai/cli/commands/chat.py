"""`mistralai chat`: a single answer or a conversation."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ..configured import optional_value
from ..escapes import one_line
from ..options import connection_options, display_options, model_option, pairs, request_options
from ..scenario_names import is_scenario
from ..sessions.choice import session_options
from ..settings import current_config
from ..textfile import text_or_file
from ..tools.options import tool_options
from .templates import complete

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from ...client import Mistral
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..attachments.attach import Attachment
    from ..connection import Connection
    from ..options import DisplayOptions
    from ..output import Output
    from ..request_options import RequestOptions
    from ..schema import Schema
    from ..sessions.choice import SessionOptions
    from ..sessions.conversation import Content, Conversation
    from ..templates import Template
    from ..tools.answering import ToolAnswers
    from ..tools.options import ToolOptions

_EXAMPLES = """\b
Examples:
  mistralai chat "Write a short poem about coding."
  git diff | mistralai chat "Review this"
  mistralai chat -m magistral-medium-latest --thinking fold "Why is it blue?"
  mistralai chat -a invoice.pdf -a logo.png "Whose invoice is this?"
  mistralai chat -s @reviewer.txt -a main.py "Review this"
  git diff | mistralai chat --template review --var language=Python
  mistralai chat --schema book.json "Name a book" | jq .title
  mistralai chat --json "Hello" | jq -r .type
  mistralai chat -T tools.py "How is the weather in Brest?"
  mistralai chat --simulate thinking --stats "Hello"
  mistralai chat                       a conversation; Ctrl-D exits
  mistralai chat -c "And in French?"   continues the last one
"""


def _system(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    return None if value is None else text_or_file(value)


def _variables(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Parse the values of `--var KEY=VALUE`."""
    return dict(pairs(values, "KEY=VALUE, for example language=Python"))


@click.command(cls=optional_value("--simulate", "auto", is_scenario), epilog=_EXAMPLES)
@click.argument("prompt", nargs=-1)
@click.option(
    "-a",
    "--attach",
    multiple=True,
    type=click.Path(allow_dash=True),
    metavar="FILE|URL|-",
    help="Attach an image, a PDF or office document, audio or text, for example -a photo.jpg; - is"
    " standard input. May be repeated.",
)
@click.option(
    "-s",
    "--system",
    metavar="TEXT|@FILE",
    callback=_system,
    help="System prompt as text or in a file, for example -s @reviewer.txt.",
)
@click.option(
    "--template",
    metavar="NAME",
    shell_complete=complete,
    help="Take prompt and options from a template, for example --template review; see"
    " `mistralai templates`.",
)
@click.option(
    "--var",
    "variables",
    multiple=True,
    callback=_variables,
    metavar="KEY=VALUE",
    help="A variable of the template, for example --var language=Python. May be repeated.",
)
@click.option(
    "--schema",
    metavar="FILE|JSON",
    help="Request JSON of this schema and validate the answer, for example --schema book.json.",
)
@model_option()
@click.option(
    "--reasoning-effort",
    metavar="LEVEL",
    help="none or high, some models have more levels; for example --reasoning-effort high.",
)
@tool_options
@session_options
@request_options
@display_options
@connection_options
@click.pass_obj
def chat(  # noqa: PLR0917 - each group of options is one
    output: Output,
    connection: Connection,
    display: DisplayOptions,
    request: RequestOptions,
    session: SessionOptions,
    tools: ToolOptions,
    *,
    prompt: tuple[str, ...],
    attach: tuple[str, ...],
    system: str | None,
    template: str | None,
    variables: dict[str, str],
    schema: str | None,
) -> None:
    """Chat with a model.

    Standard input is appended to the PROMPT. Without either, this starts a conversation.
    """
    from ..stdin import is_terminal, joined, piped
    from .once import answer_once

    tools.check(output, raw=display.raw)
    used = _template(template, variables, output)
    attachments = _attachments(attach, output)  # before the rest of standard input is read
    text = joined(" ".join(prompt), piped())
    takes_input = used is None or used.takes_input
    is_talk = takes_input and not text and not prompt and is_terminal()
    if takes_input and not is_talk and not text.strip() and not attachments:
        raise click.UsageError("no prompt: pass one, pipe one in, or run in a terminal")
    fill: Callable[[str], str] | None = None
    if used is not None:
        _apply(used, request)
        system = used.system_for(text, variables) if system is None else system
        schema = used.schema if schema is None else schema
        fill = partial(used.prompt_for, variables=variables)
        text = text if is_talk else fill(text)
    if is_talk and schema is not None:
        raise click.UsageError("a schema needs a prompt; it does not apply to conversations")
    checked_schema = _schema(schema, request)
    with (
        _tool_answers(tools, display, output, structured=checked_schema is not None) as answers,
        session.keeper(output) as keeper,
    ):
        conversation = keeper.conversation
        _continue(conversation, request, used)
        if system is not None:
            conversation.set_system(system)
        if is_talk:
            from ..talk.session import talk

            talk(
                connection,
                display,
                request,
                output,
                keeper,
                attachments=attachments,
                fill=fill,
                answers=answers,
            )
            return
        content = _content(text, attachments)
        if answers is not None:
            with connection.client(output, answers) as client:
                conversation.add_question(content, request.model)
                run = answers.answer(client, conversation, request)
            if run.error is not None:
                raise run.error
            finished = (run.text, run.finish_reason)
        else:

            def ask(client: Mistral) -> EventStream[CompletionEvent]:
                conversation.add_question(content, request.model)
                return request.chat(client, conversation.messages_to_send())

            outcome = answer_once(
                connection,
                display,
                output,
                ask,
                model=request.model,
                structured=checked_schema is not None,
                keep=conversation.add_answer,
            )
            stream = outcome.stream
            finished = (outcome.text, None if stream is None else stream.finish_reason)
    if checked_schema is not None:
        checked_schema.check(*finished)


@contextmanager
def _tool_answers(
    options: ToolOptions, display: DisplayOptions, output: Output, *, structured: bool
) -> Generator[ToolAnswers | None]:
    """Load the tools of the options, and yield what answers with them; `None` for no tools."""
    if not options.given:
        yield None
        return
    from ..tools.answering import ToolAnswers
    from ..tools.showing import shower_for
    from ..tools.toolbox import Toolbox

    with Toolbox(options, output) as toolbox:
        shower = shower_for(display, output, structured=structured)
        yield ToolAnswers(toolbox.tools, shower, output, yes=options.yes)


def _continue(conversation: Conversation, request: RequestOptions, used: Template | None) -> None:
    """Keep the model of a conversation, unless the command line or the template names one."""
    is_named = _names_model() or (used is not None and used.model is not None)
    if conversation.model and not is_named:
        request.model = conversation.model


def _names_model() -> bool:
    """Return whether the command line names a model."""
    source = click.get_current_context().get_parameter_source("model")
    return source is ParameterSource.COMMANDLINE


def _template(name: str | None, variables: dict[str, str], output: Output) -> Template | None:
    if name is None:
        if variables:
            raise click.UsageError("--var needs --template")
        return None
    from ..templates import load

    template, warnings = load(name)
    output.warn(warnings)
    template.check(variables)
    return template


def _apply(template: Template, request: RequestOptions) -> None:
    """Set the options that the command line does not set."""
    if template.model is not None and not _names_model():
        request.model = current_config().model_named(template.model)
    template.apply(request)


def _attachments(sources: Sequence[str], output: Output) -> list[Attachment]:
    if not sources:
        return []
    from ..attachments.attach import attach, is_link

    attachments: list[Attachment] = []
    for source in sources:
        with output.waiting(one_line(source)) if is_link(source) else nullcontext():
            attachments.append(attach(source))
        if attachments[-1].note:
            output.note(attachments[-1].note)
    return attachments


def _content(text: str, attachments: list[Attachment]) -> Content:
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
