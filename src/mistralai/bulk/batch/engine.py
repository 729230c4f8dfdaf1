"""The engine of a run in batch jobs, and its settings.

Theory of operation. Rows become input files, none larger than the API takes; each file is uploaded,
and a job is created for it (`submitting.py`). Then the engine looks at the jobs, after a second and
then less often, down to every 30 s, and fetches the results of each that has ended
(`following.py`). `jobs.py` says what is on the disk in between, so that a run that was killed
continues with the jobs that it has created.

A run that is stopped leaves its jobs at the server, where they are answered in any case. A job that
ends without success is one error. It is raised after the other jobs have been fetched, because
those are paid for; the rows that it has not answered are left to the next run.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Final, cast

import anyio

from ..errors import OutputError
from .creating import Creator
from .following import Follower
from .inputs import InputFiles
from .parts import Parts
from .service import Service
from .submitting import Submitter
from .waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ...client import Mistral
    from ..feed import Feed
    from ..limits import Limits

_HOURS: Final = 24
_MOST_ROWS: Final = 100_000
_MOST_BYTES: Final = 512_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Jobs of the Batch API as the engine of a run: `run(…, engine=Batch())`.

    They cost half of what requests cost, and take up to a day. Input and output have to be files.
    Of the limits of the run only `max_errors` applies: when it stops the run, jobs that have not
    ended stay at the server. So do they when the run is stopped or killed; the same run again
    continues with them.

    The largest job is that of https://docs.mistral.ai/resources/known-limitations.

    Attributes:
        timeout_hours: The hours after which a job ends unfinished; the API takes less than 168.
        cancel: Whether the jobs of an earlier run are cancelled, instead of creating new ones.
            What they have answered is fetched.
        most_rows: The most rows of a job. More rows become several jobs.
        most_bytes: The largest size of an input file in bytes, likewise.

    Raises:
        TypeError: An attribute has the wrong type.
        ValueError: A number is less than 1.
    """

    timeout_hours: int = _HOURS
    cancel: bool = False
    most_rows: int = _MOST_ROWS
    most_bytes: int = _MOST_BYTES

    def __post_init__(self) -> None:
        if not isinstance(cast("object", self.cancel), bool):
            raise TypeError(f"cancel takes True or False, not {self.cancel!r}")
        for name in ("timeout_hours", "most_rows", "most_bytes"):
            value: object = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} takes a whole number, not {value!r}")
            if value < 1:
                raise ValueError(f"{name} is {value}; give 1 or more")

    def __call__(
        self,
        client: Mistral,
        defaults: Mapping[str, Any],
        limits: Limits,  # noqa: ARG002 - the signature of all engines
    ) -> BatchEngine:
        """Return a new engine."""
        return BatchEngine(self, client, defaults)


class BatchEngine:
    """Asks rows in batch jobs.

    Args:
        settings: The settings.
        client: The client.
        defaults: Fields of every request that a row does not have.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        settings: Batch,
        client: Mistral,
        defaults: Mapping[str, Any],
        *,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        self._settings = settings
        self._client = client
        self._defaults = defaults
        self._sleep = sleep
        self._waiting: Waiting | None = None
        self._submitter: Submitter | None = None
        self._follower: Follower | None = None

    @property
    def in_flight(self) -> int:
        """The number of rows that wait for a result."""
        return 0 if self._waiting is None else len(self._waiting)

    @property
    def level(self) -> int:
        """The same: no row waits for another one."""
        return self.in_flight

    @property
    def paused(self) -> float:
        """0: no row is held back."""
        return 0.0

    @property
    def in_jobs(self) -> bool:
        """True: a later run continues with the jobs."""
        return True

    @property
    def doing(self) -> str:
        """The thing that the engine waits for, for a person."""
        submitting = "" if self._submitter is None else self._submitter.doing
        return submitting or ("" if self._follower is None else self._follower.doing)

    async def run(self, feed: Feed) -> None:
        """Put the rows into jobs, and follow these to their end.

        The run ends with a `BatchJobError` if a job ended without success, with a
        `MistralClientError` if the server refused a call or could not be reached ten times, and
        with an `OutputError` if a record of a job, or a temporary file, cannot be written.
        """
        book, settings = feed.jobs, self._settings
        assert book is not None, "a run in batch jobs has files"
        service = Service(self._client, settings.timeout_hours, feed.observed.current)
        files = InputFiles(settings.most_rows, settings.most_bytes)
        try:
            with Waiting() as waiting:
                self._waiting = waiting
                parts = Parts(feed, book, service, Creator(service, book), waiting)
                self._submitter = Submitter(parts, files, self._defaults, sleep=self._sleep)
                self._follower = Follower(parts, cancel=settings.cancel, sleep=self._sleep)
                await (self._submitter.collect if settings.cancel else self._submitter.submit)()
                await self._follower.follow()
        except OutputError as error:
            feed.fail(error)
        except (OSError, sqlite3.Error) as error:
            feed.fail(_no_temporary_file(error))
        except Exception as error:  # noqa: BLE001 - of the server
            feed.fail(error)
        finally:
            files.close()


def _no_temporary_file(error: OSError | sqlite3.Error) -> OutputError:
    why = (error.strerror if isinstance(error, OSError) else None) or error
    made = OutputError(
        f"temporary files of the run cannot be written in {gettempdir()}: {why}. TMPDIR chooses"
        " another folder, with room for the file of a job"
    )
    made.__cause__ = error
    return made
