"""`run`: a run as a script uses it, which blocks until its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import current_token

from .engine import LocalEngine
from .interrupts import obey_interrupts
from .job import Run

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from ..client import Mistral
    from .engine import EngineMaker
    from .limits import Limits
    from .sources import Input
    from .stats import Stats


def run(
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
) -> Stats:
    """Run many prompts to the end, and return the figures. The arguments are those of `Run`.

    The first Ctrl-C finishes the rows that are being asked, the second drops them; then
    `KeyboardInterrupt` is raised. The same call again continues.

    Raises:
        RuntimeError: An event loop is running, as in a notebook: use `Run` there.
        InputError: The input is bad.
        ResumeError: The output belongs to another run, or one is writing to it.
        OutputError: The output cannot be written.
        TooManyErrorsError: More rows failed than `limits.max_errors` allows.
        MistralClientError: The server refused the key or the model.
    """
    _refuse_inside_loop()
    job = Run(
        client,
        rows,
        output,
        defaults=defaults,
        limits=limits,
        mapping=mapping,
        skip_bad=skip_bad,
        keep_failed=keep_failed,
        ordered=ordered,
        restart=restart,
        simulated=simulated,
        engine=engine,
    )

    async def to_the_end() -> bool:
        async with job, obey_interrupts(job.stop, job.drop) as interrupted:
            await job.finish()
        return interrupted.is_set()

    if anyio.run(to_the_end):
        raise KeyboardInterrupt
    return job.stats


def _refuse_inside_loop() -> None:
    try:
        current_token()
    except RuntimeError:  # anyio's error for no event loop is one
        return
    raise RuntimeError(
        "run() cannot be called while an event loop is running, as in a notebook; use"
        " `async with Run(...) as job: await job.finish()`"
    )
