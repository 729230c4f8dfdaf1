"""The loop of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..answering import answer
from ..clipboard import copy
from ..escapes import harmless
from ..failures import details, sentence
from ..settings import current_config
from ..sinks.choice import sink_for
from .commands import COMMANDS, SlashCommands
from .prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...client import Mistral
    from ..attachments.attach import Attachment
    from ..connection import Connection
    from ..options import DisplayOptions
    from ..output import Output
    from ..request_options import RequestOptions
    from ..sessions.keeper import Keeper
    from ..sinks.sink import Sink
    from ..tools.answering import ToolAnswers


def talk(
    connection: Connection,
    display: DisplayOptions,
    request: RequestOptions,
    output: Output,
    keeper: Keeper,
    *,
    attachments: list[Attachment],
    fill: Callable[[str], str] | None = None,
    answers: ToolAnswers | None = None,
) -> None:
    """Run a conversation until the user exits.

    Args:
        connection: The server to call.
        display: How to show the answers.
        request: The options of the first request.
        output: Where to show the answers.
        keeper: The conversation, and where it is kept.
        attachments: The attachments of the first question.
        fill: Makes the first question of the first line, by a template; `None` for no template.
        answers: Answers with tools; `None` for none.
    """
    sink = sink_for(display, output)
    commands = SlashCommands(keeper, request, attachments, current_config().model_named)
    commands.tools = answers.tools if answers is not None else []
    commands.to_clipboard = lambda text: copy(text, output)
    with connection.client(output, sink if answers is None else answers) as client:
        commands.server_url, _ = client.sdk_configuration.get_server_details()
        Session(client, sink, output, commands, fill=fill, answers=answers).run()
    if keeper.saved_as is not None:
        output.note(f"(saved; `mistralai chat --session {keeper.saved_as}` continues)")


class Session:
    """The loop of a conversation.

    Args:
        client: The client.
        sink: Shows the answers.
        output: The output for everything else.
        commands: The commands, with the conversation that they act on.
        fill: Makes the first question of the first line.
        answers: Answers with tools; `None` for none.
    """

    def __init__(
        self,
        client: Mistral,
        sink: Sink,
        output: Output,
        commands: SlashCommands,
        *,
        fill: Callable[[str], str] | None = None,
        answers: ToolAnswers | None = None,
    ) -> None:
        self._client = client
        self._sink = sink
        self._output = output
        self._commands = commands
        self._fill = fill
        self._answers = answers
        # Even if answers go into a pipe, and what tools print to standard error.
        terminal = output.out if output.is_watched or not output.err.isatty() else output.err
        self._prompt = Prompt([f"/{name}" for name in COMMANDS], terminal)

    def run(self) -> None:
        """Read questions and commands until the user exits."""
        self._output.note("/help lists the commands, Ctrl-D exits.")
        if self._commands.conversation.messages:
            self._output.note(self._commands.position())
        if self._commands.attachments:
            self._output.note(self._commands.attach(""))
        while not self._commands.exit_requested:
            try:
                line = self._prompt.ask()
                if line.strip():
                    self._handle(line)
            except KeyboardInterrupt:  # at the prompt, or a second time while an answer ends
                continue
            except EOFError:
                return

    def _handle(self, line: str) -> None:
        """Execute a command or send a question."""
        reply = self._commands.run(line)
        if reply is None:
            question = line if self._fill is None else self._fill(line)
            self._fill = None
            self._commands.add_question(question)
            self._answer()
        elif self._commands.retry_requested:
            self._commands.retry_requested = False
            self._answer()
        elif reply:
            self._output.note(harmless(reply))

    def _answer(self) -> None:
        error, output = self._answered(), self._output
        if isinstance(error, KeyboardInterrupt):
            output.note("(stopped; the partial answer is kept)")
        elif error is not None:
            if output.debug:
                output.say(details(error))
            output.say(sentence(error))

    def _answered(self) -> BaseException | None:
        """Answer the last question, and return the error that ended the answer."""
        conversation, request = self._commands.conversation, self._commands.request
        if self._answers is not None:
            return self._answers.answer(self._client, conversation, request).error
        outcome = answer(
            lambda: request.chat(self._client, conversation.messages_to_send()),
            self._sink,
            self._output,
            request.model,
        )
        conversation.add_answer(outcome)
        return outcome.error
