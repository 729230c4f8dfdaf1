"""A conversation, round after round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..answering import answer
from ..escapes import harmless
from ..failures import details, sentence
from ..sinks.choice import sink_for
from .commands import COMMANDS, Table
from .conversation import Conversation
from .prompt import Prompt

if TYPE_CHECKING:
    from ...client import Mistral
    from ..asking import Asking
    from ..connection import Connection
    from ..options import Showing
    from ..output import Output
    from ..sinks.sink import Sink


def talk(
    connection: Connection, showing: Showing, asking: Asking, output: Output, system: str | None
) -> None:
    """Talk until the user leaves."""
    sink = sink_for(showing, output)
    with connection.client(output, sink) as client:
        Session(client, sink, output, Table(Conversation(system or ""), asking)).run()


class Session:
    """What goes round.

    Args:
        client: Who is asked.
        sink: Where answers go.
        output: Where everything else goes.
        table: The conversation, and the commands that act on it.
    """

    def __init__(self, client: Mistral, sink: Sink, output: Output, table: Table) -> None:
        self._client = client
        self._sink = sink
        self._output = output
        self._table = table
        self._prompt = Prompt([f"/{name}" for name in COMMANDS], output.environment)

    def run(self) -> None:
        """Read, answer, and so on."""
        self._output.note("/help lists the commands, Ctrl-D leaves.")
        while not self._table.over:
            try:
                line = self._prompt.ask()
                if line.strip():
                    self._take(line)
            except KeyboardInterrupt:  # at the prompt, or a second one while an answer ends
                continue
            except EOFError:
                return

    def _take(self, line: str) -> None:
        """Do what a line asks for."""
        said = self._table.run(line)
        if said is None:
            self._table.conversation.asked(line)
            self._answer()
        elif self._table.again:
            self._table.again = False
            self._answer()
        elif said:
            self._output.note(harmless(said))

    def _answer(self) -> None:
        table, output = self._table, self._output
        outcome = answer(
            lambda: table.asking.chat(self._client, table.conversation.request()),
            self._sink,
            output,
            table.asking.model,
        )
        table.conversation.answered(outcome)
        if isinstance(outcome.error, KeyboardInterrupt):
            output.note("(stopped; what came is kept)")
        elif outcome.error is not None:
            if output.debug:
                output.say(details(outcome.error))
            output.say(sentence(outcome.error))
