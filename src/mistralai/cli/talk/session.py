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


def talk(
    connection: Connection,
    display: DisplayOptions,
    request: RequestOptions,
    output: Output,
    keeper: Keeper,
    *,
    attachments: list[Attachment],
    fill: Callable[[str], str] | None = None,
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
    """
    sink = sink_for(display, output)
    commands = SlashCommands(keeper, request, attachments, current_config().model_named)
    commands.to_clipboard = lambda text: copy(text, output)
    with connection.client(output, sink) as client:
        commands.server_url, _ = client.sdk_configuration.get_server_details()
        Session(client, sink, output, commands, fill).run()
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
    """

    def __init__(
        self,
        client: Mistral,
        sink: Sink,
        output: Output,
        commands: SlashCommands,
        fill: Callable[[str], str] | None = None,
    ) -> None:
        self._client = client
        self._sink = sink
        self._output = output
        self._commands = commands
        self._fill = fill
        self._prompt = Prompt([f"/{name}" for name in COMMANDS])

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
        commands, output = self._commands, self._output
        outcome = answer(
            lambda: commands.request.chat(self._client, commands.conversation.messages_to_send()),
            self._sink,
            output,
            commands.request.model,
        )
        commands.conversation.add_answer(outcome)
        if isinstance(outcome.error, KeyboardInterrupt):
            output.note("(stopped; the partial answer is kept)")
        elif outcome.error is not None:
            if output.debug:
                output.say(details(outcome.error))
            output.say(sentence(outcome.error))
