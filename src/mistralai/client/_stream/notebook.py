"""A stream as one output cell of a notebook that grows with its text.

Theory of operation. `show` in `eventstreaming.py` reads the stream and tells a `Cell` of each
event; the cell decides when to draw, and a screen draws.

- A cell draws at most 15 times per second, by the clock of the call. A long answer is drawn less
  often: every drawing sends the whole text, and a Jupyter server drops the output of a kernel that
  sends more than 1 MB per second. Drawing takes at most a tenth of the time.
- A cell never waits. A piece that arrives too soon after a drawing is shown by the next one, and
  everything is shown when the stream ends, however it ends: the cell is left after the stream is
  closed, so that its last drawing knows the end. An interrupt leaves the received part.
- An interrupt raises `KeyboardInterrupt` in synchronous code. In an asynchronous cell IPython's
  kernel has its event loop cancel the cell, but does not wake the loop, so that a silent stream
  would run on. `AsyncCell` wakes it twice per second, and draws then if a piece was left out.
- Where Markdown cannot be shown, as in a terminal, the text is printed as it grows.

Nothing of this is loaded unless a stream is shown.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from .._control import harmless
from ..models.markdown import calls_of_answer, markdown_of_answer, text_of_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call.eventformat import EndReason
    from .._call.timing import Timing
    from ..models import ChatCompletionResponse, UsageInfo

_INTERVAL: Final = 1 / 15  # seconds
_CHARACTERS_PER_SECOND: Final = 200_000
_HEARTBEAT: Final = 0.5  # seconds
_SHARE: Final = 9  # times as long as drawing takes, nothing is drawn

_ENDINGS: Final[dict[EndReason | None, str]] = {
    None: "in progress",
    "closed": "closed before its end",
    "truncated": "cut off before its end",
    "error": "ended with an error",
}


class Shown(Protocol):
    """A stream, as far as it is shown."""

    @property
    def snapshot(self) -> ChatCompletionResponse:
        """The answer so far."""
        ...

    @property
    def end_reason(self) -> EndReason | None:
        """The way in which the stream ended; `None` while it runs."""
        ...

    @property
    def usage(self) -> UsageInfo | None:
        """The tokens used, if known."""
        ...

    @property
    def timing(self) -> Timing:
        """The times at which parts of the answer arrived."""
        ...

    def _repr_markdown_(self) -> str: ...


class Screen(Protocol):
    """The place where a stream is shown."""

    def draw(self, stream: Shown) -> int:
        """Show the stream as it is; return the number of characters that were sent."""
        ...

    def end(self, stream: Shown) -> None:
        """Show the stream for the last time."""
        ...


class Cell:
    """One output cell that shows a stream; it is entered before the stream, and left after it."""

    def __init__(
        self, stream: Shown, clock: Callable[[], float], screen: Screen | None = None
    ) -> None:
        """Find the place to show a stream.

        Args:
            stream: The stream.
            clock: The clock of its call, in seconds.
            screen: The place; by default the notebook or the terminal in which this runs.

        Raises:
            ModuleNotFoundError: IPython is not installed.
        """
        self._stream = stream
        self._clock = clock
        self._screen = screen_here() if screen is None else screen
        self._next = -inf  # when it may draw again, by the clock
        self._stale = False  # True if there is something that was not drawn

    def update(self) -> None:
        """Note an event, and draw the stream if the last drawing is long enough ago."""
        self._stale = True
        self.refresh()

    def refresh(self) -> None:
        """Draw the stream if a piece was left out, and the last drawing is long enough ago."""
        if not self._stale:
            return
        began = self._clock()
        if began < self._next:
            return
        self._stale = False
        size = self._screen.draw(self._stream)
        ended = self._clock()
        rest = _INTERVAL, size / _CHARACTERS_PER_SECOND, _SHARE * (ended - began)
        self._next = ended + max(rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._screen.end(self._stream)


class AsyncCell(Cell):
    """A cell of an asynchronous stream, which keeps asyncio's event loop awake."""

    _timer: asyncio.TimerHandle | None = None  # none in trio, which sees an interrupt

    def __enter__(self) -> Self:
        with suppress(RuntimeError):  # the running loop is not asyncio's
            self._beat(asyncio.get_running_loop())
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().__exit__(*exception)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self.refresh()
        self._timer = loop.call_later(_HEARTBEAT, self._beat, loop)


class Notebook:
    """An output cell, by IPython's display function."""

    def __init__(self, display: Callable[..., Any]) -> None:
        self._display = display
        self._handle: Any = None

    def draw(self, stream: Shown) -> int:
        """Display the stream, or update the display."""
        data = {
            "text/markdown": stream._repr_markdown_(),
            "text/plain": text_of_answer(stream.snapshot),
        }
        if self._handle is None:
            self._handle = self._display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)
        return sum(map(len, data.values()))

    def end(self, stream: Shown) -> None:
        """Update the display."""
        self.draw(stream)


class Terminal:
    """Standard output, for text that is printed as it grows."""

    def __init__(self) -> None:
        self._printed = 0  # characters

    def draw(self, stream: Shown) -> int:
        """Print the text that was not printed yet."""
        text = text_of_answer(stream.snapshot)
        if stream.end_reason is None:
            text = text.removesuffix("\r")  # perhaps the first half of a CRLF
        text = harmless(text)
        new = text[self._printed :]
        self._printed = len(text)
        sys.stdout.write(new)
        sys.stdout.flush()
        return len(new)

    def end(self, stream: Shown) -> None:
        """Print the rest, the tool calls, and the line below."""
        self.draw(stream)
        calls = [call.function for call in calls_of_answer(stream.snapshot)]
        lines = ["", *(f"{call.name}({call.arguments})" for call in calls), footer(stream)]
        sys.stdout.write(harmless("\n".join(lines[0 if self._printed else 1 :])) + "\n")
        sys.stdout.flush()


def screen_here() -> Screen:
    """Return the place for output: a cell of a notebook, or standard output.

    Raises:
        ModuleNotFoundError: IPython is not installed.
    """
    try:
        from IPython import get_ipython
        from IPython.display import display  # pyright: ignore[reportUnknownVariableType]  # partly typed
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "show() is for notebooks and needs IPython; install the extra mistralai[notebook], or"
            " print the pieces of text_stream",
            name=error.name,
        ) from error
    shell = get_ipython()
    if shell is not None and "text/markdown" in shell.display_formatter.active_types:
        return Notebook(display)  # pyright: ignore[reportUnknownArgumentType]
    return Terminal()


def markdown_of(stream: Shown, language: str = "") -> str:
    """Return the answer so far with a line on its end, usage and timing below.

    Args:
        stream: The stream.
        language: The language of a text that is not Markdown, such as `"json"`.
    """
    running = stream.end_reason is None
    answer = markdown_of_answer(stream.snapshot, language=language, running=running)
    line = footer(stream)
    note = f"<small>{line}</small>" if line else ""
    return "\n\n".join(filter(None, (answer, note)))


def footer(stream: Shown) -> str:
    """Return a line on the end of a stream, its usage and its timing, without a server's words."""
    timing, usage = stream.timing, stream.usage
    parts = [_ending(stream)]
    if usage is not None:
        counts = {"prompt": usage.prompt_tokens, "completion": usage.completion_tokens}
        known = [f"{n} {name}" for name, n in counts.items() if isinstance(n, int)]
        parts.append(f"{' + '.join(known)} tokens" if known else "")
    if timing.first_content is not None:
        parts.append(f"first token {timing.first_content:.2f} s")
    if timing.total is not None:
        parts.append(f"total {timing.total:.2f} s")
    if timing.tokens_per_second is not None:
        parts.append(f"{timing.tokens_per_second:.0f} tokens/s")
    return " · ".join(filter(None, parts))


def _ending(stream: Shown) -> str:
    """Return how a stream ended, if not as it should."""
    if stream.end_reason is None and not stream.timing.events:
        return "nothing was read yet"
    choices = stream.snapshot.choices
    if stream.end_reason == "closed" and choices and all(c.finish_reason for c in choices):
        return ""  # the answer is complete
    return _ENDINGS.get(stream.end_reason, "")
