"""The commands of a conversation, which begin with `/`."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..escapes import one_line
from ..failure import CommandError
from ..failures import sentence
from ..outcome import text_of
from ..textfile import text_or_file
from .saving import save

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...tools import FunctionTool
    from ..attachments.attach import Attachment
    from ..request_options import RequestOptions
    from ..sessions.conversation import Content, Conversation
    from ..sessions.keeper import Keeper

_COMMAND: Final = re.compile(r"/(?P<name>[a-z]+)(?:\s+(?P<rest>.*))?", re.DOTALL)


@dataclass(slots=True)
class SlashCommands:
    """The commands, with the state that they change.

    Attributes:
        keeper: The current conversation, and where it is kept.
        request: The options of the next request.
        attachments: The attachments of the next question.
        model_named: Returns the model for a name, which may be an alias.
        server_url: The address of the server, for the cost.
        tools: The tools that the model may call.
        to_clipboard: Copies a text, and returns a remark for the user.
        retry_requested: True if the last question should be sent again.
        exit_requested: True if the session should end.
    """

    keeper: Keeper
    request: RequestOptions
    attachments: list[Attachment]
    model_named: Callable[[str], str]
    server_url: str = ""
    tools: Sequence[FunctionTool] = ()
    to_clipboard: Callable[[str], str] = lambda _: "(not copied: no terminal)"
    retry_requested: bool = False
    exit_requested: bool = False
    _saved: set[Path] = field(default_factory=set[Path])

    @property
    def conversation(self) -> Conversation:
        """The current conversation."""
        return self.keeper.conversation

    def run(self, line: str) -> str | None:
        """Execute a line.

        Returns:
            The text to show; `None` if the line is not a command but a question.
        """
        match = _COMMAND.fullmatch(line.strip())
        if match is None:
            return None
        command = COMMANDS.get(match["name"])
        if command is None:
            return f"unknown command /{match['name']}; /help lists the commands"
        return command.run(self, (match["rest"] or "").strip())

    def add_question(self, text: str) -> None:
        """Add a question with the attachments, which are used up."""
        content: Content = text
        if self.attachments:
            from ..attachments.attach import with_attachments

            content = with_attachments(text, self.attachments)
            self.attachments = []
        self.conversation.add_question(content, self.request.model)

    def attach(self, text: str) -> str:
        """Attach files or URLs to the next question, or show or remove its attachments."""
        notes: list[str] = []
        if text == "-":
            self.attachments = []
        elif text:
            from ..attachments.attach import attach

            try:
                for source in _sources(text):
                    self.attachments.append(attach(source))
                    notes.append(self.attachments[-1].note)
            except CommandError as error:
                notes.append(sentence(error))
        attached = f"attached: {', '.join(map(str, self.attachments)) or 'nothing'}"
        return "\n".join(filter(None, [*notes, attached]))

    def model(self, name: str) -> str:
        """Change the model, or show it."""
        if name:
            self.request.model = self.model_named(name)
        return f"model: {one_line(self.request.model)}"

    def system(self, text: str) -> str:
        """Change the system prompt, or show it."""
        try:
            if text:
                self.conversation.set_system("" if text == "-" else text_or_file(text))
        except CommandError as error:
            return sentence(error)
        return f"system: {one_line(self.conversation.system) or 'none'}"

    def save(self, name: str) -> str:
        """Write the conversation to a file. Only a file written by this session is replaced."""
        if not name:
            return "name a file: /save chat.md, or chat.json for messages in the format of the API"
        path = Path(name).expanduser()
        try:
            save(self.conversation, path, replace=path in self._saved)
        except FileExistsError:
            return f"{one_line(name)} already exists; choose another name"
        except OSError as error:
            return f"{one_line(name)}: {error.strerror}"
        self._saved.add(path)
        return f"saved {len(self.conversation.messages)} messages to {one_line(name)}"

    def retry(self, _: str) -> str:
        """Send the last question again."""
        question = self.conversation.undo()
        if question is None:
            return "nothing to retry"
        self.conversation.add_question(question, self.request.model)
        self.retry_requested = True
        return ""

    def undo(self, _: str) -> str:
        """Remove the last question and its answer."""
        question = self.conversation.undo()
        if question is None:
            return "nothing to undo"
        return f"removed: {one_line(text_of(question))[:_MAX_EXCERPT]}"

    def load(self, name: str) -> str:
        """Continue another conversation; this one stays saved."""
        if not name:
            return "name a conversation: /load NAME; /sessions lists them"
        try:
            conversation = self.keeper.load(name)
        except (CommandError, OSError) as error:
            return sentence(error)
        self.request.model = conversation.model or self.request.model
        return self.position()

    def position(self) -> str:
        """Return where a continued conversation is: its last question, or that it has no answer."""
        conversation = self.conversation
        question = one_line(text_of(conversation.last_question))[:_MAX_EXCERPT]
        text = f"continuing {self.keeper.name} with {self.request.model}, after: {question}"
        if conversation.is_unanswered:
            return f"{text}\n(it has no answer; /retry sends it again)"
        return text

    def sessions(self, _: str) -> str:
        """List the conversations that were changed last."""
        sessions = self.keeper.sessions
        lines: list[str] = []
        for name in sessions.names()[-_MAX_LISTED:]:
            try:
                title = sessions.read(name).title[:_MAX_EXCERPT]
            except (CommandError, OSError) as error:
                title = f"({sentence(error)})"
            mark = "*" if name == self.keeper.name else " "
            lines.append(f"{mark} {name}  {title}".rstrip())
        return "\n".join(lines) or "no conversation is saved"

    def usage(self, _: str) -> str:
        """Show the token usage of the conversation."""
        used = self.conversation.usage
        prompt, completion = ("unknown" if n is None else n for n in (used.prompt, used.completion))
        answers = self.conversation.answers
        count = "1 answer" if answers == 1 else f"{answers} answers"
        return f"{count}; tokens: prompt {prompt}, completion {completion}{self._cost()}"

    def _cost(self) -> str:
        """Return the cost of the answers whose price is known."""
        from ...client.models import UsageInfo
        from ..prices import estimate, shown

        estimates = [
            estimate(self.server_url, model, UsageInfo.model_validate(used))
            for model, used in self.conversation.usage.by_answer
        ]
        known = [cost for cost in estimates if cost is not None]
        if not known:
            return ""
        unknown = self.conversation.answers - len(known)
        rest = f", without {unknown} of unknown price" if unknown else ""
        return f"; cost: {shown(sum(known, start=known[0] * 0))}{rest}"

    def list_tools(self, _: str) -> str:
        """List the tools that the model may call."""
        rows = [(tool.name, one_line(tool.description).partition(". ")[0]) for tool in self.tools]
        width = max((len(name) for name, _ in rows), default=0)
        lines = [f"{name:{width}}  {text}".rstrip() for name, text in rows]
        return "\n".join(lines) or "no tools; -T FILE or --mcp COMMAND gives the model some"

    def copy(self, _: str) -> str:
        """Copy the last answer to the clipboard."""
        messages = reversed(self.conversation.messages)
        answers = (text_of(m.get("content")) for m in messages if m["role"] == "assistant")
        return self.to_clipboard(next(answers, ""))

    def help(self, _: str) -> str:
        """List the commands."""
        width = max(len(command.shown) for command in COMMANDS.values())
        lines = [f"{command.shown:{width}}  {command.help}" for command in COMMANDS.values()]
        return "\n".join([*lines, *_KEYS])

    def quit(self, _: str) -> str:
        """End the session."""
        self.exit_requested = True
        return ""


def _sources(text: str) -> list[str]:
    """Return the files and URLs in a line: one file as it is called, or words as in a shell.

    A terminal pastes the name of a file that is dropped on it with quotes or backslashes.
    """
    try:
        return [text] if Path(text).expanduser().exists() else shlex.split(text)
    except (OSError, ValueError):  # a name that is too long; a quote that is not closed
        return [text]


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    Attributes:
        shown: The command with its argument, for help.
        help: A description.
        run: Executes the command with its argument, and returns the text to show.
    """

    shown: str
    help: str
    run: Callable[[SlashCommands, str], str]


_MAX_EXCERPT: Final = 60  # characters
_MAX_LISTED: Final = 20  # conversations
_KEYS: Final = (
    "",
    "Enter sends. Alt-Enter, or \\ at the end of a line, starts a new line.",
    "Ctrl-C stops an answer and keeps the part received. Ctrl-D exits.",
)
_ROWS: Final = (
    Command(
        "/model [NAME]", "switch to another model, or show the current one", SlashCommands.model
    ),
    Command("/system [TEXT]", "set or show the system prompt; - removes it", SlashCommands.system),
    Command(
        "/attach FILE|URL", "attach to the next question; - removes it again", SlashCommands.attach
    ),
    Command("/save FILE", "save the conversation as .md or .json", SlashCommands.save),
    Command("/load NAME", "continue another conversation", SlashCommands.load),
    Command("/sessions", "list the last conversations", SlashCommands.sessions),
    Command("/retry", "send the last question again", SlashCommands.retry),
    Command("/undo", "remove the last question and its answer", SlashCommands.undo),
    Command("/tools", "list the tools that the model may call", SlashCommands.list_tools),
    Command("/copy", "copy the last answer to the clipboard", SlashCommands.copy),
    Command("/usage", "show the token usage and cost so far", SlashCommands.usage),
    Command("/help", "show this list", SlashCommands.help),
    Command("/quit", "exit", SlashCommands.quit),
)
COMMANDS: Final = {row.shown.partition(" ")[0].removeprefix("/"): row for row in _ROWS}
"""The commands by name."""
