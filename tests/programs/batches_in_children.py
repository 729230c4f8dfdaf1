"""Run prompts in batch jobs in one child after the other, each of which kills itself at a write.

A line on standard input begins a child: the output, and the number of the event to die at, or 0.
The call of what writes a record or a line is an event, and so is its return. What ended the child
is printed: `killed`, or `ended`. A child is a copy of this process, so that it begins at once.
"""

import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from anyio.lowlevel import checkpoint

from mistralai import Mistral
from mistralai.bulk import Limits, run
from mistralai.bulk.batch import Batch
from mistralai.bulk.batch.engine import BatchEngine
from mistralai.bulk.jobs import JobBook
from mistralai.bulk.journal import Journal

WRITES = {JobBook._append.__code__, Journal.write.__code__}


async def no_time(_: float) -> None:
    await checkpoint()


def in_jobs(client: Mistral, defaults: Mapping[str, Any], limits: Limits) -> BatchEngine:
    del limits
    return BatchEngine(Batch(), client, defaults, sleep=no_time)


def batched(client: Mistral, prompts: Path, answers: Path) -> None:
    run(client, prompts, answers, defaults={"model": "m"}, engine=in_jobs)


def die_at(number: int) -> None:
    left = number

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal left
        if frame.f_code in WRITES and event in {"call", "return"}:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(count)
    sys.setprofile(count)


def child(url: str, prompts: Path, answers: Path, number: int) -> None:
    if number:
        die_at(number)
    with Mistral("key", server_url=url) as client:
        batched(client, prompts, answers)


def main() -> None:
    url, prompts, first = sys.argv[1:]
    with Mistral("key", server_url=url) as client:  # loads everything
        batched(client, Path(prompts), Path(first))
    print("ready", flush=True)
    for line in sys.stdin:
        number, answers = line.split()
        pid = os.fork()
        if not pid:
            child(url, Path(prompts), Path(answers), int(number))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)


main()
