"""Run the same bulk run in one child after the other, each to be killed by whoever reads this.

A line on standard input begins a child: the largest size of a file in bytes, or 0. Its process id
is printed, and when it has ended the error that ended it, or nothing. A child is a copy of this
process, which has loaded everything by one request, so that it begins at once.
"""

import os
import resource
import sys
from pathlib import Path

from mistralai import Mistral
from mistralai.bulk import BulkError, Limits, run


def child(url: str, prompts: Path, answers: Path, largest: int) -> None:
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    defaults = {"model": "m"}
    with Mistral("key", server_url=url) as client:
        try:
            run(client, prompts, answers, defaults=defaults, limits=Limits(concurrency=16))
        except BulkError as error:
            print(f"{type(error).__name__}: {error}", flush=True)


def main() -> None:
    url, prompts, answers = sys.argv[1:]
    with Mistral("key", server_url=url) as client:
        run(client, ["Prompt 0"], None, defaults={"model": "m"})
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            child(url, Path(prompts), Path(answers), int(line))
            os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)


main()
