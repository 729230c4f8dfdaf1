"""Answer questions with tools."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ...client.errors import MistralClientError
from ..escapes import one_line
from ..outcome import RunOutcome
from .approving import Approval, say_raised

if TYPE_CHECKING:
    from ...client import Mistral
    from ...tools import CheckedCall, FunctionTool, ToolRun
    from ..output import Output
    from ..request_options import RequestOptions
    from ..sessions.conversation import Conversation
    from .showing import Shower


class ToolAnswers:
    """Answers the questions of a conversation with tools.

    Args:
        tools: The tools.
        shower: Shows the answers.
        output: Where calls are shown and asked for.
        yes: Whether every call may run.

    Attributes:
        tools: The tools.
    """

    def __init__(
        self, tools: list[FunctionTool], shower: Shower, output: Output, *, yes: bool
    ) -> None:
        self.tools = tools
        self._shower = shower
        self._output = output
        self._approval = Approval(output, self._ask, yes=yes)
        self._approved = self._approval.of(tools)

    def prepare(self, client: Mistral) -> None:
        """Prepare the client before its first call."""
        self._shower.prepare(client)

    def answer(
        self, client: Mistral, conversation: Conversation, request: RequestOptions
    ) -> RunOutcome:
        """Answer the last question of a conversation, and add the messages to it.

        Returns:
            How the run ended: with an answer, with a `MistralClientError`, or with Ctrl-C.
        """
        messages = conversation.messages_to_send()
        run: ToolRun[Any] | None = None
        error: BaseException | None = None
        try:
            run = request.run_tools(client, messages, self._approved, on_tool_error=self._report)
            with run:
                self._shower.show(run, lambda: self._output.waiting(one_line(request.model)))
        except (MistralClientError, KeyboardInterrupt) as stopped:
            error = stopped
        outcome = RunOutcome(run, len(messages), error)
        self._shower.end(outcome)
        conversation.add_run(outcome)
        return outcome

    def _ask(self, question: str) -> str:
        """Show a question and return the user's line.

        Raises:
            EOFError: Ctrl-D.
            KeyboardInterrupt: Ctrl-C.
        """
        output = self._output
        output.err.write(question)
        output.err.flush()
        line = ""
        try:
            line = sys.stdin.readline()
        finally:
            if not line:  # the cursor is behind the question
                output.err.write("\n")
        if not line:
            raise EOFError
        return line

    def _report(self, error: Exception, call: CheckedCall) -> str:
        """Show an exception of a tool; the model learns its class, but no text of it."""
        say_raised(self._output, f"the tool {call.name}", error)
        return f"the tool failed ({type(error).__name__})"
