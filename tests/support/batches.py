"""Runs in batch jobs against the simulator, whose jobs advance with each look."""

import json

from anyio.lowlevel import checkpoint

from mistralai import Mistral
from mistralai.bulk import Run, run
from mistralai.bulk.batch import Batch
from mistralai.bulk.batch.engine import BatchEngine
from mistralai.simulator import Answer
from support.bulk import MODEL

JOBS, FILES = "/v1/batch/jobs", "/v1/files"


class InJobs:
    """The engine of a run in batch jobs, which does not sleep.

    Attributes:
        waits: The seconds for which it would have slept.
    """

    def __init__(self, **settings):
        self.waits = []
        self._settings = Batch(**settings)

    def __call__(self, client, defaults, _limits):
        return BatchEngine(self._settings, client, defaults, sleep=self._sleep)

    async def _sleep(self, seconds):
        self.waits.append(seconds)
        await checkpoint()


class Stopping(InJobs):
    """The same, stopped before it looks at its jobs for the n-th time."""

    def __init__(self, stop, looks, **settings):
        super().__init__(**settings)
        self._stop = stop
        self._looks = looks

    async def _sleep(self, seconds):
        await super()._sleep(seconds)
        if len(self.waits) == self._looks:
            self._stop()


def batched(client, prompts, answers, *, engine=None, **settings):
    """Run prompts in batch jobs to the end."""
    engine = engine or InJobs()
    return run(client, prompts, answers, **{"defaults": MODEL, **settings}, engine=engine)


async def left(client, prompts, answers, looks=0, **settings):
    """Run prompts in batch jobs, stop the run after some looks at them, and return it."""
    engine = Stopping(lambda: job.stop(), looks + 1)  # noqa: PLW0108 - made before `job`
    async with Run(client, prompts, answers, defaults=MODEL, engine=engine, **settings) as job:
        await job.finish()
    return job


def sent(sim, method, path):
    """Return the requests of a simulator with a method and a path."""
    return [each for each in sim.requests if (each.method, each.path) == (method, path)]


def created(sim):
    """Return the bodies of the requests that created jobs."""
    return [request.json for request in sent(sim, "POST", JOBS)]


def uploaded(sim):
    """Return the lines of each uploaded file."""
    return [_lines(request.body) for request in sent(sim, "POST", FILES)]


def _lines(form):
    return [json.loads(line) for line in form.splitlines() if line.startswith(b'{"custom_id"')]


def at_first(start, *answers):
    """Return a scenario that answers the first requests to paths that begin so.

    Args:
        start: The beginning of the path; of `JOBS` itself only requests that create one count.
        answers: The answers.
    """
    left = iter(answers)

    def answer(request):
        creates = start != JOBS or request.method == "POST"
        return next(left, "auto") if creates and request.path.startswith(start) else "auto"

    return answer


def refused(status, message="No"):
    """Return an error of the API."""
    return Answer.of_json({"object": "error", "message": message, "code": 1000}, status=status)


def jobs_at(sim):
    """Return the batch jobs of a simulator, the newest first."""
    with Mistral("key", server_url=sim.url) as client:
        return [job.model_dump() for job in client.batch.jobs.list().data]
