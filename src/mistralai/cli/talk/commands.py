"""What a line that begins with `/` does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..escapes import one_line
from .saving import save

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..asking import Asking
    from .conversation import Conversation

_COMMAND: Final = re.compile(r"/(?P<name>[a-z]+)(?:\s+(?P<rest>.*))?", re.DOTALL)


@dataclass(slots=True)
class Table:
    """What commands act on, and what they leave for the session to do.

    Attributes:
        conversation: What was said.
        asking: The options of the next request.
        again: Whether to ask for the last question once more.
        over: Whether to leave.
    """

    conversation: Conversation
    asking: Asking
    again: bool = False
    over: bool = False
    _saved: set[Path] = field(default_factory=set[Path])

    def run(self, line: str) -> str | None:
        """Run a line.

        Returns:
            What to say; `None` where the line is no command but something to ask.
        """
        match = _COMMAND.fullmatch(line.strip())
        if match is None:
            return None
        command = COMMANDS.get(match["name"])
        if command is None:
            return f"there is no /{match['name']}; /help lists the commands"
        return command.run(self, (match["rest"] or "").strip())

    def model(self, name: str) -> str:
        """Change the model, or say which it is."""
        if name:
            self.asking.model = name
        return f"model: {one_line(self.asking.model)}"

    def system(self, text: str) -> str:
        """Change what the model is told beforehand, or say it."""
        if text:
            self.conversation.system = "" if text == "-" else text
        return f"system: {one_line(self.conversation.system) or 'nothing'}"

    def save(self, name: str) -> str:
        """Write the conversation to a file. Only one that this session wrote is replaced."""
        if not name:
            return "give a file: /save chat.md, or chat.json for the messages as the API takes them"
        path = Path(name).expanduser()
        try:
            save(self.conversation, path, replace=path in self._saved)
        except FileExistsError:
            return f"{one_line(name)} is there already; give another name"
        except OSError as error:
            return f"{one_line(name)}: {error.strerror}"
        self._saved.add(path)
        return f"saved {len(self.conversation.messages)} messages to {one_line(name)}"

    def retry(self, _: str) -> str:
        """Ask for the last question once more."""
        question = self.conversation.undo()
        if question is None:
            return "there is nothing to ask again"
        self.conversation.asked(question)
        self.again = True
        return ""

    def undo(self, _: str) -> str:
        """Take the last question and its answer back."""
        question = self.conversation.undo()
        if question is None:
            return "there is nothing to take back"
        return f"taken back: {one_line(question)[:_EXCERPT]}"

    def usage(self, _: str) -> str:
        """Say what the conversation cost."""
        used = self.conversation.usage
        prompt, completion = ("unknown" if n is None else n for n in (used.prompt, used.completion))
        answers = self.conversation.answers
        count = "1 answer" if answers == 1 else f"{answers} answers"
        return f"{count}; tokens: prompt {prompt}, completion {completion}"

    def help(self, _: str) -> str:
        """List the commands."""
        width = max(len(command.shown) for command in COMMANDS.values())
        lines = [f"{command.shown:{width}}  {command.help}" for command in COMMANDS.values()]
        return "\n".join([*lines, *_KEYS])

    def leave(self, _: str) -> str:
        """Leave."""
        self.over = True
        return ""


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table.

    Attributes:
        shown: The command with its argument.
        help: What it does.
        run: Does it.
    """

    shown: str
    help: str
    run: Callable[[Table, str], str]


_EXCERPT: Final = 60  # characters
_KEYS: Final = (
    "",
    "Enter sends; Alt-Enter, or \\ at the end of a line, begins a new line.",
    "Ctrl-C stops an answer and keeps what came. Ctrl-D leaves.",
)
_ROWS: Final = (
    Command("/model [NAME]", "use another model, or show which", Table.model),
    Command("/system [TEXT]", "tell the model something beforehand; - for nothing", Table.system),
    Command("/save FILE", "write the conversation, .md or .json", Table.save),
    Command("/retry", "ask the last question again", Table.retry),
    Command("/undo", "take the last question and its answer back", Table.undo),
    Command("/usage", "tokens so far", Table.usage),
    Command("/help", "this list", Table.help),
    Command("/quit", "leave", Table.leave),
)
COMMANDS: Final = {row.shown.partition(" ")[0].removeprefix("/"): row for row in _ROWS}
"""All commands, by name."""
