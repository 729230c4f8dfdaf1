"""The progress of a bulk run: a line on a terminal, redrawn by rich, or a line in the log."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Self

import anyio

from .escapes import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from anyio.abc import TaskGroup
    from rich.live import Live

    from ..bulk import Run, Stats
    from .output import Output

_REDRAW: Final = 0.25  # seconds
_LOG: Final = 10.0  # seconds
_WINDOW: Final = 15.0  # seconds, over which rates are measured
_CLASSES: Final = 3  # of errors in the summary
_MESSAGE: Final = 200  # characters of an error in the summary


class Pace:
    """The rates of a run over the last seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int, int]] = deque()

    def add(self, stats: Stats) -> tuple[float, float]:
        """Add a sample; return the rows and the tokens per second.

        Args:
            stats: The figures now.
        """
        finished = stats.finished - stats.resumed
        self._samples.append((stats.seconds, finished, stats.completion_tokens))
        while len(self._samples) > 2 and self._samples[1][0] < stats.seconds - _WINDOW:
            self._samples.popleft()
        since, rows, tokens = self._samples[0]
        seconds = stats.seconds - since
        if seconds <= 0:
            return 0.0, 0.0
        return (finished - rows) / seconds, (stats.completion_tokens - tokens) / seconds


def progress_line(
    stats: Stats,
    pace: tuple[float, float],
    *,
    columns: int,
    paused: float = 0.0,
    note: str = "",
    doing: str = "",
) -> str:
    """Return one line that fits the columns: what matters less is left out first.

    Args:
        stats: The figures now.
        pace: Rows and tokens per second.
        columns: The most characters.
        paused: Seconds until the server may be asked again.
        note: What the run is doing, in place of most figures.
        doing: What it is waiting for, in place of its rates.
    """
    rows, tokens = pace
    total = "" if stats.rows is None else f"/{stats.rows:,}"
    parts = [(0, f"{stats.done:,}{total} done")]
    if note:
        parts.append((0, note))
    if stats.failed:
        parts.append((1, f"{stats.failed:,} failed"))
    if paused > 0:
        parts.append((1, f"paused {paused:.0f} s"))
    if doing:
        return _fitting([*parts, (2, doing)], columns)
    parts.append((3, f"{stats.in_flight} of {stats.level} in flight"))
    parts.append((2, f"{rows:.1f} rows/s"))
    parts.append((5, f"{tokens:,.0f} tokens/s"))
    if stats.ttft_p50 is not None and stats.ttft_p95 is not None:
        parts.append((6, f"TTFT {stats.ttft_p50:.2f}, p95 {stats.ttft_p95:.2f} s"))
    if stats.rows is not None and rows > 0:
        parts.append((4, f"{clock((stats.rows - stats.finished) / rows)} left"))
    return _fitting(parts, columns)


def figures(stats: Stats) -> Iterator[str]:
    """Yield the summary of a run, line by line."""
    total = "" if stats.rows is None else f" of {stats.rows:,}"
    resumed = f", {stats.resumed:,} of them before" if stats.resumed else ""
    yield f"rows      {stats.done:,}{total} done{resumed}; {stats.failed:,} failed"
    failures = sorted(stats.failures.items(), key=lambda item: -item[1].count)
    for name, failed in failures[:_CLASSES]:
        message = one_line(failed.message[:_MESSAGE])
        yield f"errors    {failed.count:,} {name}, the first in row {failed.number}: {message}"
    yield (
        f"requests  {stats.requests:,} in {clock(stats.seconds)};"
        f" tokens {stats.prompt_tokens:,} + {stats.completion_tokens:,}"
    )
    if stats.ttft_p50 is not None and stats.ttft_p95 is not None:
        yield f"TTFT      p50 {stats.ttft_p50:.2f} s, p95 {stats.ttft_p95:.2f} s"


def clock(seconds: float) -> str:
    """Format a duration: `42 s`, `3:07`, `2:03:07`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _fitting(parts: list[tuple[int, str]], columns: int) -> str:
    """Join the parts that fit the columns: those that matter less have higher numbers."""
    while len(parts) > 1 and len(_joined(parts)) > columns:
        parts.remove(max(parts, key=lambda part: part[0]))
    return _joined(parts)[:columns]


def _joined(parts: list[tuple[int, str]]) -> str:
    return " · ".join(text for _, text in parts)


class Progress:
    """Shows the progress of a run on standard error while an `async with` block runs.

    Args:
        output: The output of the command.
        job: The run.
        shown: Whether to show anything.

    Attributes:
        note: What the run is doing, in place of most figures.
    """

    def __init__(self, output: Output, job: Run, *, shown: bool) -> None:
        self.note = ""
        self._output = output
        self._job = job
        self._shown = shown
        self._pace = Pace()
        self._tasks: TaskGroup

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        if self._shown:
            show = self._redraw if self._output.is_err_terminal else self._log
            self._tasks.start_soon(show)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def _redraw(self) -> None:
        live = self._live()
        with live:
            while True:
                from rich.text import Text

                line = self._line(live.console.width - 1)
                live.update(Text(line, no_wrap=True, overflow="crop"), refresh=True)
                await anyio.sleep(_REDRAW)

    def _live(self) -> Live:
        from rich.console import Console
        from rich.live import Live

        console = Console(file=self._output.err, no_color=not self._output.colored)
        return Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    async def _log(self) -> None:
        last = ""
        while True:
            await anyio.sleep(_LOG)
            line = self._line(1000)
            if line != last:  # a run that waits for hours has nothing to add
                self._output.say(line)
            last = line

    def _line(self, columns: int) -> str:
        stats = self._job.current()
        pace = self._pace.add(stats)
        return progress_line(
            stats,
            pace,
            columns=columns,
            paused=self._job.paused,
            note=self.note,
            doing=self._job.doing,
        )
