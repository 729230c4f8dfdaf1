"""Create `docs/session.svg`: a conversation in a pseudo-terminal, exported by rich.

Run by `make docs/session.svg`. The picture is the screen of a real session.
"""

import io
import re
import sys
import tempfile
from itertools import groupby

from rich.console import Console
from rich.style import Style
from rich.text import Text

from mistralai.simulator import Reply, Scenario, Simulator
from support.terminal import Terminal, in_terminal

_NAMES = {"brown": "yellow"}  # pyte's names of colors that rich has under another name
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # the picture must not fetch fonts

COLUMNS, ROWS = 80, 28
QUESTION = "How do I read a file line by line?"
THINKING = "They want Python. A file object iterates over its lines."
ANSWER = """\
Iterate over the file; it is read **as you go**:

```python
with open("notes.txt", encoding="utf-8") as file:
    for number, line in enumerate(file, start=1):
        print(number, line.rstrip())
```

1. `with` closes the file, whatever happens.
2. A line keeps its end, hence `rstrip()`.
"""


def session() -> Terminal:
    """Run the conversation; return the terminal at its end."""
    replies = [Scenario(Reply(text=ANSWER, thinking=THINKING)), Scenario("poem")]
    with Simulator(replies) as sim, tempfile.TemporaryDirectory() as state:
        environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        with in_terminal(
            "chat", columns=COLUMNS, rows=ROWS, XDG_STATE_HOME=state, **environment
        ) as term:
            term.wait_for("\n>")
            for text, answer in ((QUESTION, "rstrip().\n>"), ("/usage", "completion")):
                term.send(f"{text}\r")
                term.wait_for(f"> {text}\n", answer)
                term.wait_until(lambda shown: shown.endswith("\n>"), "the next prompt")
            term.send("A poem, please\r")
            term.wait_for("coders sleep.\n>")
            return term


def painted(term: Terminal) -> Text:
    """Return the screen as a `Text` of rich."""
    lines = []
    for cells in term.cells():
        line = Text()
        for style, run in groupby(cells, key=_style):
            line.append("".join(cell.data for cell in run), style)
        line.rstrip()
        lines.append(line)
    return Text("\n").join(lines)


def _style(cell) -> Style:
    name = _NAMES.get(cell.fg, cell.fg)
    if name.startswith("bright"):
        name = name.replace("bright", "bright_")
    color = None if name == "default" else name
    return Style(color=color, bold=cell.bold, italic=cell.italics, underline=cell.underscore)


def main() -> None:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(painted(session()))
    drawn = console.export_svg(title="mistralai chat", unique_id="session")
    sys.stdout.write(_FONTS.sub("", drawn))


if __name__ == "__main__":
    main()
