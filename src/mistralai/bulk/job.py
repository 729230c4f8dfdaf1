"""`Run`: a run of many prompts, as a program with an event loop uses it.

Theory of operation. A run is

- new, until `async with`;
- opening, while its input is read and its output compared with it;
- abandoned, if that failed, or was cancelled;
- running, while its engine asks rows;
- ended, when every row that is to be finished is in the output, and its files are closed.

The engine runs in a task of its own, which keeps every error for the one that waits: the reader,
`finish`, or the end of `async with`. Leaving the body waits for the rest; an exception in it stops
the run, so that only the rows that are being asked are finished; cancellation drops those as well.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import anyio
from anyio import from_thread, to_thread
from pydantic_core import to_jsonable_python

from .asking import request_fields
from .delivery import Delivery
from .engine import LocalEngine
from .errors import BulkError
from .feed import Feed, Phase
from .ids import Ids
from .journal import State
from .limits import Limits
from .observing import RunScope
from .opening import RowMaker
from .plans import Plan, planned
from .runfile import Header
from .sources import FileSource, source_of
from .stats import Stats
from .target import Target

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from anyio.abc import TaskGroup

    from ..client import Mistral
    from .engine import Engine, EngineMaker
    from .journal import Journal
    from .outcomes import Outcome
    from .sources import Input


class _State(enum.Enum):
    NEW = "new"
    OPENING = "opening"
    ABANDONED = "abandoned"
    RUNNING = "running"
    ENDED = "ended"


class Run:
    """A run: many prompts are asked, and their answers are written to a file as they end.

    Use it with `async with`, on asyncio or trio. `async for` yields finished rows; a slow reader
    slows the run, and without a reader it continues. Leaving the body waits for the rest.

    Example:
        >>> async with Run(client, "prompts.jsonl", "answers.jsonl") as job:
        ...     async for row in job:
        ...         print(row.id, row.text if row.succeeded else row.error)

    The same run again continues: rows with a success are not asked again.
    """

    def __init__(
        self,
        client: Mistral,
        rows: Input,
        output: str | os.PathLike[str] | Callable[[bytes], object] | None,
        *,
        defaults: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        mapping: Mapping[str, str] | None = None,
        skip_bad: bool = False,
        keep_failed: bool = False,
        ordered: bool = False,
        restart: bool = False,
        simulated: bool = False,
        engine: EngineMaker = LocalEngine,
    ) -> None:
        """Describe a run. Nothing is opened before `async with`.

        Args:
            client: The client. Its own retries are not used.
            rows: The path of a file, `"-"` for standard input, or an iterable, sync or async, of
                lines or of dicts with the fields of one. A file may be lines of JSON or text, or,
                by its name, `.csv` or `.parquet`.
            output: The path of a file, which is continued if it has rows of this run; a function
                that is called with each line, as bytes; or `None` for none. If it ends in
                `.parquet` it is written at the end, from a journal beside it
                (`answers.parquet.jsonl`).
            defaults: Fields of every request that a row does not have, such as `{"model": …}`.
                Messages among them come before those of each row.
            limits: How fast, how often and how long rows are asked. By default `Limits()`.
            mapping: Names of fields that have another name in the input:
                `{"prompt": "question"}`.
            skip_bad: Whether bad lines of a file fail as rows. By default they are an error before
                the first request. In a pipe or an iterable they always fail as rows.
            keep_failed: Whether rows that failed in an earlier run are left. By default they are
                asked again.
            ordered: Whether the output is sorted at the end as the input is. By default it has the
                order in which rows ended.
            restart: Whether to start again if the output exists; it is kept as `.old`.
            simulated: Whether the server is the simulator; the output says so, and is not continued
                by a run on a real server.
            engine: Makes the engine, which asks the rows. By default tasks of this event loop ask
                them; `mistralai.bulk.ray.Ray(…)` has workers on other machines, and
                `mistralai.bulk.batch.Batch(…)` uses jobs of the Batch API.

        Raises:
            TypeError: An argument has the wrong type.
            InputError: The input does not exist, or an output that is not a file is to be sorted.
        """
        self.stats: Stats = Stats()
        """The figures of the run; `await` something for newer ones."""
        self._client = client
        self._limits = limits or Limits()
        self._defaults: dict[str, Any] = to_jsonable_python(dict(defaults or {}))
        self._mapping = dict(mapping or {})
        fields = request_fields(client)
        self._source = source_of(rows, self._mapping, frozenset(fields))
        self._in_file = isinstance(self._source, FileSource)
        is_table = isinstance(self._source, FileSource) and self._source.is_table
        self._maker = RowMaker(
            {} if is_table else self._mapping,  # a table renames its columns itself
            needs_model=fields.get("model", False) and not self._defaults.get("model"),
            skip_bad=skip_bad or not self._in_file,
            check=self._check_opening,
        )
        self._target = Target(output, ordered=ordered, restart=restart)
        self._keep_failed = keep_failed
        self._simulated = simulated
        self._make_engine = engine
        self._engine: Engine | None = None
        self._state = _State.NEW
        self._delivery = Delivery()
        self._ended = anyio.Event()
        self._raised = False
        self._feed: Feed
        self._tasks: TaskGroup
        self._began = 0.0

    @property
    def doing(self) -> str:
        """The thing that the engine waits for, for a person; empty if the figures say it."""
        return "" if self._engine is None else self._engine.doing

    @property
    def jobs(self) -> tuple[str, ...]:
        """The ids of the batch jobs that have rows of this run, and whose results are not here."""
        book = self._target.jobs
        return () if book is None else tuple(job.id for job in book.open if job.id is not None)

    @property
    def limits(self) -> Limits:
        """The limits of the run."""
        return self._limits

    @property
    def cut(self) -> int:
        """The number of unreadable bytes that were cut off the end of the output."""
        journal = self._target.journal
        return 0 if journal is None else journal.cut

    @property
    def paused(self) -> float:
        """The seconds for which requests are paused because the server asked for it; 0 if not."""
        return 0.0 if self._engine is None else self._engine.paused

    async def __aenter__(self) -> Self:
        """Open input and output, and begin.

        Raises:
            InputError: A row of the input is bad.
            ResumeError: The output belongs to another run, or one is writing to it.
            OutputError: The output cannot be written.
            RuntimeError: The run has begun before.
        """
        if self._state is not _State.NEW:
            raise RuntimeError("a run can be entered once; make another one")
        self._engine = self._make_engine(self._client, self._defaults, self._limits)
        self._state = _State.OPENING
        self._began = anyio.current_time()
        try:
            await to_thread.run_sync(self._open, self._engine.in_jobs)
        except BaseException:  # asyncio's own cancellation does not wait for the thread
            self._state = _State.ABANDONED
            self._close_if_abandoned()
            self._delivery.end()
            self._ended.set()
            raise
        self.stats.rows = self._target.rows
        journal = self._target.journal
        ids = None if self._in_file else Ids()
        self._feed = Feed(
            self._source,
            self._maker,
            self._target.sink,
            states=self._target.state,
            ids=ids,
            limits=self._limits,
            stats=self.stats,
            delivery=self._delivery,
            observed=RunScope(self._client),
            keep_failed=self._keep_failed,
            digests=self._target.digests,
            jobs=self._target.jobs,
        )
        if journal is not None:
            self._feed.answered.update(journal.models)
            self._count_resumed(journal)
        self._state = _State.RUNNING
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._work, self._engine, ids)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception):
            self._feed.stop()
        elif error is not None:  # a cancellation
            self._feed.drop()
        self._delivery.release()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._update()
        if error is None and not self._raised:
            self._raise()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome:
        """Return the next finished row.

        Raises:
            BulkError: The run ended with an error, after its last row.
            MistralClientError: The same, because of the server.
        """
        if self._state is _State.NEW:
            raise RuntimeError("a run begins with `async with`")
        row = await self._delivery.get()
        self._update()
        if row is None:
            self._raise()
            raise StopAsyncIteration
        return row

    async def finish(self) -> Stats:
        """Wait until every row is finished, without reading them, and return the figures.

        Raises:
            BulkError: The run ended with an error.
            MistralClientError: The same, because of the server.
        """
        if self._state is _State.NEW:
            raise RuntimeError("a run begins with `async with`")
        self._delivery.release()
        await self._ended.wait()
        self._update()
        self._raise()
        return self.stats

    def plan(self) -> Plan:
        """Read the input, and return what the run would ask. Nothing is opened or sent.

        Raises:
            InputError: A row of the input is bad.
        """
        if not isinstance(self._source, FileSource):
            return Plan(None, None)
        return planned(self._source, self._maker, self._defaults)

    def stop(self) -> None:
        """Ask no more rows. Those that are being asked are finished; the run can be continued."""
        if self._state is _State.RUNNING:
            self._feed.stop()

    def drop(self) -> None:
        """Drop the rows that are being asked. The run can be continued."""
        if self._state is _State.RUNNING:
            self._feed.drop()

    @property
    def began(self) -> bool:
        """True once input and output are open."""
        return self._state in {_State.RUNNING, _State.ENDED}

    @property
    def stopped(self) -> bool:
        """True if the run was stopped before all rows were asked."""
        return self.began and (
            self._feed.phase is Phase.DROPPING
            or (self._feed.phase is Phase.FINISHING and not self._feed.complete)
        )

    def current(self) -> Stats:
        """Return the figures, those that are not counted row by row brought up to date."""
        self._update()
        return self.stats

    def _open(self, in_jobs: bool) -> None:
        """Open input and output. It blocks."""
        source = self._source if isinstance(self._source, FileSource) else None
        self._target.open(self._header(), source, self._maker, in_jobs=in_jobs)
        self._close_if_abandoned()

    def _check_opening(self) -> None:
        """Raise, in the thread that opens, once the task that waits for it is cancelled."""
        if self._state is _State.OPENING:
            from_thread.check_cancelled()
        elif self._state is _State.ABANDONED:
            raise BulkError("the task that began this run has been cancelled")

    def _close_if_abandoned(self) -> None:
        """Close an output that was opened for a run that was cancelled in the meantime."""
        if self._state is _State.ABANDONED:
            self._target.close()

    def _header(self) -> Header:
        address, _ = self._client.sdk_configuration.get_server_details()
        return Header(_shown(address), self._simulated, self._defaults, self._in_file)

    def _count_resumed(self, journal: Journal) -> None:
        self.stats.done = self.stats.resumed = journal.count(State.SUCCEEDED)
        if self._keep_failed:
            self.stats.failed = self._target.failed
            self.stats.resumed += self.stats.failed

    async def _work(self, engine: Engine, ids: Ids | None) -> None:
        """Run the engine, then close everything. Errors are kept until they are raised."""
        feed = self._feed
        feed.observed.begin(self.stats.rows)
        try:
            try:
                with feed.scope:
                    async with anyio.create_task_group() as tasks:
                        tasks.start_soon(feed.keep_synced)
                        await engine.run(feed)
                        tasks.cancel_scope.cancel()
            except Exception as error:  # noqa: BLE001 - kept until it is raised
                feed.fail(error)
            finally:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(self._close)
                if ids is not None:
                    ids.close()
        finally:
            self._update()
            feed.end_scope()
            self._state = _State.ENDED
            self._delivery.end()
            self._ended.set()

    def _close(self) -> None:
        """Sync and close the output, and bring it into its final form if every row is in it."""
        feed = self._feed
        try:
            self._target.sink.sync()
            if feed.complete and feed.phase is Phase.FINISHING:
                self._target.finish()
        except Exception as error:  # noqa: BLE001 - kept until it is raised
            feed.error = feed.error or error
        finally:
            feed.close()
            self._target.close()

    def _update(self) -> None:
        if self._state is not _State.RUNNING or self._engine is None:
            return
        self.stats.seconds = anyio.current_time() - self._began
        self.stats.in_flight = self._engine.in_flight
        self.stats.level = self._engine.level
        self._feed.update()

    def _raise(self) -> None:
        """Raise the error of the run, if there is one."""
        if self._state is _State.ABANDONED:
            raise RuntimeError("this run did not begin, because `async with` raised an error")
        error = self._feed.error
        if error is not None:
            self._raised = True
            raise error


def _shown(address: str) -> str:
    """Return an address without its credentials and query."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path}".rstrip("/")
